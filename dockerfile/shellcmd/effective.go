package shellcmd

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// Effective is the command that runs in the end, behind wrappers such as sudo
// and env.
type Effective struct {
	// Name is the program without its directory, "" when it can't be told.
	Name string
	// Words are its name and arguments: the last of the command's words.
	Words []Word
	// Wrappers are the programs in front of it, outermost first.
	Wrappers []string
	// Script is what a shell runs, when the command is sh -c '…' and the text
	// is static, or sh <<EOF.
	Script *Script
}

// Args sorts the words after the name into flags and operands. Indexes speak
// of Effective.Words.
func (e Effective) Args(o Options) Args { return sortArgs(e.Words, o) }

// Effective looks behind wrappers: sudo, env, exec, command, time, nice and
// others of their kind, and sh -c.
func (c Command) Effective() Effective {
	e := Effective{Words: c.Words}
	for len(e.Words) > 0 && e.Words[0].Static {
		e.Name = path.Base(e.Words[0].Value)
		w, ok := wrapperOf(e.Name)
		if !ok {
			break
		}
		rest, ok := w.skip(e.Words)
		if !ok {
			break
		}
		e.Wrappers = append(e.Wrappers, e.Name)
		e.Words, e.Name = rest, ""
	}
	switch {
	case c.inner != nil:
		e.Script = c.inner
	case e.Name != "" && Shell(e.Name):
		e.Script = dashC(e)
	}
	return e
}

// dashC is the script of sh -c.
func dashC(e Effective) *Script {
	args := e.Args(Options{Values: []string{"-o", "+o", "-O", "+O", "--rcfile", "--init-file"}})
	if !args.Has("-c") || len(args.Operands) == 0 {
		return nil
	}
	if w := e.Words[args.Operands[0]]; w.Static {
		return Parse(w.value, e.Name)
	}
	return nil
}

// wrapper is a program that runs the command in its arguments.
type wrapper struct {
	values   []string // flags that take a value
	operands int      // operands before the command
	assigns  bool     // NAME=value may stand before the command
	lookup   []string // flags with which it runs nothing
	own      []string // flags that make it read its command differently
}

// wrapperOf is how a program runs another, if it does.
func wrapperOf(name string) (wrapper, bool) {
	switch name {
	case "sudo", "doas":
		return wrapper{
			values:  []string{"-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R", "--user", "--group", "--chdir"},
			lookup:  []string{"-l", "-v", "-K", "--list", "--validate"},
			own:     []string{"-e", "-s", "-i", "--edit", "--shell", "--login"},
			assigns: true,
		}, true
	case "env":
		return wrapper{
			values:  []string{"-u", "-C", "--unset", "--chdir"},
			own:     []string{"-S", "--split-string"},
			assigns: true,
		}, true
	case "exec":
		return wrapper{values: []string{"-a"}}, true
	case "command":
		return wrapper{lookup: []string{"-v", "-V"}}, true
	case "time":
		return wrapper{values: []string{"-f", "-o", "--format", "--output"}}, true
	case "nice":
		return wrapper{values: []string{"-n", "--adjustment"}}, true
	case "ionice":
		return wrapper{values: []string{"-c", "-n", "--class", "--classdata"}, own: []string{"-p", "--pid"}}, true
	case "nohup", "setsid", "eatmydata", "chronic", "builtin":
		return wrapper{}, true
	case "timeout":
		return wrapper{values: []string{"-k", "-s", "--kill-after", "--signal"}, operands: 1}, true
	case "gosu", "su-exec":
		return wrapper{operands: 1}, true
	}
	return wrapper{}, false
}

// isAssignment reports whether an argument is NAME=value.
func isAssignment(text string) bool {
	name, _, ok := strings.Cut(text, "=")
	return ok && syntax.ValidName(name)
}

// skip is the words after the wrapper and its own arguments, and false when
// it runs nothing that can be told.
func (w wrapper) skip(words []Word) ([]Word, bool) {
	left := w.operands
	for at := 1; at < len(words); at++ {
		text := shown(words[at])
		switch {
		case w.assigns && isAssignment(text):
		case !words[at].Static:
			if left == 0 {
				return words[at:], true
			}
			left--
		case text == "--" && left == w.operands:
		case strings.HasPrefix(text, "-") && len(text) > 1 && left == w.operands:
			name, _, hasValue := strings.Cut(text, "=")
			if slices.Contains(w.lookup, name) || slices.Contains(w.own, name) {
				return nil, false
			}
			if slices.Contains(w.values, name) && !hasValue {
				at++
			}
		case left > 0:
			left--
		default:
			return words[at:], true
		}
	}
	return nil, false
}

// Words makes a script of one command of words that no shell has split: the
// arguments of an instruction in JSON form.
func Words(words []source.Mapped) *Script {
	var parts []source.Mapped
	c := Command{}
	at := 0
	for k, w := range words {
		if k > 0 {
			parts = append(parts, source.Replaced(" ", source.Span{Start: w.Offset(0), End: w.Offset(0)}))
			at++
		}
		parts = append(parts, w)
		span := source.Span{Start: at, End: at + w.Len()}
		c.Words = append(c.Words, Word{
			Text: w.Text(), Value: w.Text(), Static: true, Element: true, Span: span, Orig: w.File(), value: w,
		})
		at = span.End
	}
	s := &Script{Text: source.Concat(parts...)}
	if len(c.Words) == 0 {
		return s
	}
	c.Name = c.Words[0].Value
	c.Span = source.Span{End: at}
	c.Orig = s.File(c.Span)
	c.NextSpan = source.Span{Start: at, End: at}
	s.Commands = []Command{c}
	s.Steps = []Step{{Span: c.Span, Last: 1}}
	return s
}
