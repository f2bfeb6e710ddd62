// Package script is what rules about the shell share: the scripts of a RUN with
// the shell that runs each, and what is known of that shell.
package script

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
	"schlank/source"
)

// Script is a text for a shell: that of a RUN, or of an sh -c '…' in it.
type Script struct {
	*shellcmd.Script
	In  *dockerfile.Instruction
	Run *dockerfile.Run
	// Shell is the program that runs it, without its directory. Options are
	// what it is given besides the text: those of SHELL, or those of sh -c.
	Shell   string
	Options []string
	// Outer is the script that an sh -c stands in, nil for that of the RUN.
	Outer *Script
}

// maxNesting bounds sh -c in sh -c.
const maxNesting = 4

// allKey is the key of what All knows.
type allKey struct{}

// All are the scripts of all RUNs that a shell of the Unix kind runs.
func All(p *rule.Pass) []Script {
	return rule.Memo(p, allKey{}, func() []Script {
		var out []Script
		for i := range p.Instructions() {
			out = append(out, Of(i)...)
		}
		return out
	})
}

// Of are the scripts of one RUN, those that stand in others after them; none
// for another instruction, and none that can't be read.
func Of(i *dockerfile.Instruction) []Script {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok || run.Script == nil || run.Script.Opaque {
		return nil
	}
	s := Script{Script: run.Script, In: i, Run: run}
	switch {
	case run.JSON:
		// No shell splits the words, but one of them may be a shell.
		return inner(s, maxNesting)
	case run.Interpreter != "":
		s.Shell, s.Options = run.Interpreter, shebang(run.Text.Text())
	case i.Before.ReadAs != "":
		s.Shell = path.Base(i.Before.ReadAs)
	case Windows(i.Stage) && isDefault(i.Before.Shell):
		return nil
	case len(i.Before.Shell) > 0:
		s.Shell, s.Options = path.Base(i.Before.Shell[0]), i.Before.Shell[1:]
	default:
		s.Shell = "sh"
	}
	return append([]Script{s}, inner(s, maxNesting)...)
}

// shebang is the options on the #! line of a script.
func shebang(text string) []string {
	line, _, _ := strings.Cut(text, "\n")
	var out []string
	for k, word := range strings.Fields(line) {
		if k > 0 && strings.HasPrefix(word, "-") {
			out = append(out, word)
		}
	}
	return out
}

// isDefault reports whether there is no SHELL so far.
func isDefault(shell []string) bool {
	return len(shell) == 0 || slices.Equal(shell, []string{"/bin/sh", "-c"})
}

// inner are the scripts in the sh -c of a script.
func inner(s Script, depth int) []Script {
	if depth == 0 {
		return nil
	}
	var out []Script
	for k := range s.Commands {
		e := s.Commands[k].Effective()
		if e.Script == nil || e.Script.Opaque {
			continue
		}
		in := Script{Script: e.Script, In: s.In, Run: s.Run, Shell: e.Name, Outer: &s}
		for _, w := range e.Words[1:] {
			if !w.Static || w.Value == e.Script.Text.Text() {
				break
			}
			in.Options = append(in.Options, w.Value)
		}
		out = append(out, in)
		out = append(out, inner(in, depth-1)...)
	}
	return out
}

// Option reports whether the shell starts with an option of set switched on:
// Option('e', "errexit").
func (s Script) Option(letter byte, long string) bool { return optionIn(s.Options, letter, long) }

// optionIn reads the words after a shell or after set.
func optionIn(words []string, letter byte, long string) bool {
	on := false
	for k := 0; k < len(words); k++ {
		w := words[k]
		if w == "--" {
			break
		}
		if len(w) < 2 || w[0] != '-' && w[0] != '+' || strings.HasPrefix(w, "--") {
			continue
		}
		if strings.IndexByte(w[1:], letter) >= 0 && letter != 0 {
			on = w[0] == '-'
		}
		if w[len(w)-1] == 'o' && k+1 < len(words) {
			if words[k+1] == long {
				on = w[0] == '-'
			}
			k++
		}
	}
	return on
}

// OptionAt reports whether an option of set is on when command k runs, as far
// as the set commands before it in the outermost list tell.
func (s Script) OptionAt(k int, letter byte, long string) bool {
	on := s.Option(letter, long)
	for _, c := range s.Commands[:k] {
		if c.Name != "set" || len(c.Within) > 0 {
			continue
		}
		var words []string
		for _, w := range c.Words[1:] {
			words = append(words, w.Value)
		}
		if optionIn(words, letter, long) {
			on = true
		} else if optionIn(flipped(words), letter, long) {
			on = false
		}
	}
	return on
}

// flipped is the options of a set with + and - exchanged.
func flipped(words []string) []string {
	out := slices.Clone(words)
	for k, w := range out {
		if strings.HasPrefix(w, "+") {
			out[k] = "-" + w[1:]
		} else if strings.HasPrefix(w, "-") {
			out[k] = "+" + w[1:]
		}
	}
	return out
}

// Offset is where in the file a byte of the script's text starts.
func (s Script) Offset(at int) int { return s.Text.Offset(at) }

// Exact reports whether the text of a span stands in the file as it is.
func (s Script) Exact(span source.Span) bool { return s.Text.Exact(span) }

// Declares reports whether an ARG before an instruction, in its stage or those
// that this starts from, declares a name, with a value or without.
func Declares(in *dockerfile.Instruction, name string) bool {
	for s := in.Stage; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			if i.Span.Start >= in.Span.Start && s == in.Stage {
				break
			}
			arg, ok := i.Command.(*dockerfile.Arg)
			if ok && slices.ContainsFunc(arg.Vars, func(v dockerfile.Var) bool { return v.Name == name }) {
				return true
			}
		}
	}
	return false
}
