package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"schlank/source"
)

// pairs reads the arguments of ENV and LABEL: name=value …, or the old form
// of one name and the rest of the line as its value.
func (i *Instruction) pairs(p *parser) {
	words := quotedWords(i.Args, rune(p.file.Escape))
	if len(words) == 0 {
		return
	}
	if !strings.Contains(words[0].Text(), "=") {
		i.legacyPair(p)
		return
	}
	for _, w := range words {
		pair := newPair(w)
		if !pair.HasValue {
			p.problem(MissingEquals, w.Span, "there is no = in "+w.Text(),
				"write name=value; put a value with blanks into quotes")
			continue
		}
		i.Pairs = append(i.Pairs, pair)
	}
}

// legacyPair reads "name value with blanks".
func (i *Instruction) legacyPair(p *parser) {
	text := i.Args.Text()
	end := strings.IndexAny(text, blanks)
	if end < 0 {
		p.problem(MissingValue, i.Args.File(), i.Name()+" "+text+" has no value", "write "+i.Name()+" "+text+"=value")
		return
	}
	start := len(text) - len(strings.TrimLeft(text[end:], blanks))
	name, value := i.Args.Slice(source.Span{End: end}), i.Args.Slice(source.Span{Start: start, End: len(text)})
	i.Pairs = []Pair{{
		Span:     i.Args.File(),
		Name:     Word{Mapped: name, Span: name.File()},
		Value:    Word{Mapped: value, Span: value.File()},
		HasValue: true,
		Legacy:   true,
	}}
}

// arg reads the arguments of ARG: name or name=value.
func (i *Instruction) arg(p *parser) {
	i.Words = quotedWords(i.Args, rune(p.file.Escape))
	for _, w := range i.Words {
		i.Pairs = append(i.Pairs, newPair(w))
	}
}

// newPair splits a word at its first equals sign.
func newPair(w Word) Pair {
	text := w.Text()
	name, _, hasValue := strings.Cut(text, "=")
	end := len(name)
	pair := Pair{Span: w.Span, HasValue: hasValue}
	n := w.Slice(source.Span{End: end})
	if hasValue {
		end++
	}
	v := w.Slice(source.Span{Start: end, End: len(text)})
	pair.Name = Word{Mapped: n, Span: n.File()}
	pair.Value = Word{Mapped: v, Span: v.File()}
	return pair
}

// quotedWords splits m at blanks that are neither quoted nor escaped. Quotes
// and escapes stay in the words; only an escape character that is the last of
// all is dropped.
func quotedWords(m source.Mapped, escape rune) []Word {
	var out []Word
	text := m.Text()
	for at := 0; at < len(text); {
		c, n := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(c) {
			at += n
			continue
		}
		end, next := quotedWord(text, at, escape)
		if end > at {
			w := m.Slice(source.Span{Start: at, End: end})
			out = append(out, Word{Mapped: w, Span: m.OrigSpan(source.Span{Start: at, End: next})})
		}
		at = next
	}
	return out
}

// quotedWord is where the word at start ends, and where to read on.
func quotedWord(text string, start int, escape rune) (end, next int) {
	var quote rune
	for at := start; at < len(text); {
		c, n := utf8.DecodeRuneInString(text[at:])
		switch {
		case quote == 0 && unicode.IsSpace(c):
			return at, at
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == escape && quote != '\'':
			if at+n == len(text) {
				return at, len(text)
			}
			at += n
			_, n = utf8.DecodeRuneInString(text[at:])
		}
		at += n
	}
	return len(text), len(text)
}
