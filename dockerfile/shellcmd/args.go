package shellcmd

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Options says how a program reads its arguments.
type Options struct {
	// Values are the flags that take a value, with their dashes: "-o",
	// "--target".
	Values []string
	// LongSingle is set for programs whose long flags have one dash, like
	// find and go. Otherwise -yq means -y -q.
	LongSingle bool
}

// Flag is a flag with its value.
type Flag struct {
	// Name has its dashes: -y, --target. Of -yq there are two flags.
	Name string
	// Value is set by --target=/app, --target /app, -t/app and -t /app, for
	// flags that take one.
	Value    string
	HasValue bool
	// Word is the index in Command.Words of the word that holds the flag, and
	// ValueWord that of the value, which may be the same.
	Word, ValueWord int
}

// Args are the arguments of a command, sorted.
type Args struct {
	Flags []Flag
	// Operands are the indexes in Command.Words of the words that are no
	// flags and no values of flags.
	Operands []int
}

// Has reports whether one of the flags is there.
func (a Args) Has(names ...string) bool {
	for _, f := range a.Flags {
		for _, n := range names {
			if f.Name == n {
				return true
			}
		}
	}
	return false
}

// Value is the value of the last flag of that name.
func (a Args) Value(name string) (string, bool) {
	for k := len(a.Flags) - 1; k >= 0; k-- {
		if a.Flags[k].Name == name && a.Flags[k].HasValue {
			return a.Flags[k].Value, true
		}
	}
	return "", false
}

// Args sorts the words after the name into flags and operands. Flags are the
// words that start with a dash, up to "--". A word that is not static counts
// by its text.
func (c Command) Args(o Options) Args { return sortArgs(c.Words, o) }

// sortArgs is Args for any words of which the first is the name.
func sortArgs(words []Word, o Options) Args {
	s := sorter{words: words, values: o.Values, long: o.LongSingle}
	for s.at = 1; s.at < len(words); s.at++ {
		text := shown(words[s.at])
		switch {
		case text == "--":
			for s.at++; s.at < len(words); s.at++ {
				s.out.Operands = append(s.out.Operands, s.at)
			}
		case len(text) < 2 || text[0] != '-':
			s.out.Operands = append(s.out.Operands, s.at)
		case strings.HasPrefix(text, "--") || s.long:
			s.longFlag(text)
		default:
			s.cluster(text)
		}
	}
	return s.out
}

// sorter is the state of sortArgs.
type sorter struct {
	words  []Word
	values []string
	long   bool
	at     int
	out    Args
}

// shown is the value of a word, or its text when that is not known.
func shown(w Word) string {
	if w.Static {
		return w.Value
	}
	return w.Text
}

// longFlag reads --name, --name=value or --name value.
func (s *sorter) longFlag(text string) {
	name, value, ok := strings.Cut(text, "=")
	f := Flag{Name: name, Value: value, HasValue: ok, Word: s.at, ValueWord: s.at}
	if !ok && slices.Contains(s.values, name) {
		s.takeValue(&f)
	}
	s.out.Flags = append(s.out.Flags, f)
}

// cluster reads -abc, where each letter is a flag, up to one with a value.
func (s *sorter) cluster(text string) {
	word := s.at
	for rest := text[1:]; rest != ""; {
		_, n := utf8.DecodeRuneInString(rest)
		f := Flag{Name: "-" + rest[:n], Word: word, ValueWord: word}
		rest = rest[n:]
		if !slices.Contains(s.values, f.Name) {
			s.out.Flags = append(s.out.Flags, f)
			continue
		}
		if rest != "" {
			f.Value, f.HasValue = strings.TrimPrefix(rest, "="), true
		} else {
			s.takeValue(&f)
		}
		s.out.Flags = append(s.out.Flags, f)
		return
	}
}

// takeValue takes the next word as the value of f.
func (s *sorter) takeValue(f *Flag) {
	if s.at+1 < len(s.words) {
		s.at++
		f.Value, f.HasValue, f.ValueWord = shown(s.words[s.at]), true, s.at
	}
}
