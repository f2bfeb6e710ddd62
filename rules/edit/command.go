package edit

import (
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rules/script"
	"schlank/source"
)

// Append adds a command to the end of a RUN. It runs if all before it went
// well, and its own result does not hide that something did not.
func Append(f *dockerfile.File, i *dockerfile.Instruction, command string) ([]source.Edit, bool) {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok || run.Script == nil {
		return nil, false
	}
	return InsertAfter(f, i, len(run.Script.Steps)-1, command)
}

// InsertAfter adds a command after a step of the outermost list of a RUN.
func InsertAfter(f *dockerfile.File, i *dockerfile.Instruction, step int, command string) ([]source.Edit, bool) {
	l, ok := listOf(f, i)
	if !ok || step < 0 || step >= len(l.Steps) {
		return nil, false
	}
	st := l.Steps[step]
	if !l.canFollow(step) || !l.Exact(st.Span) || !l.run.Heredoc && l.File(st.Span).End > i.Args.File().End {
		return nil, false
	}
	if l.run.Heredoc && l.errexit(step) {
		return l.newLine(st, command)
	}
	join := l.joiner(step, command)
	return []source.Edit{source.Insert(l.File(st.Span).End, join+command)}, true
}

// StepOf is the step of a RUN that holds a command of its script, by the
// command's index; -1 when the script is not the RUN's own.
func StepOf(run *dockerfile.Run, s *shellcmd.Script, command int) int {
	if run.Script != s {
		return -1
	}
	return slices.IndexFunc(s.Steps, func(st shellcmd.Step) bool { return st.First <= command && command < st.Last })
}

// list is the outermost list of a RUN in shell form.
type list struct {
	script.Script
	file *dockerfile.File
	in   *dockerfile.Instruction
	run  *dockerfile.Run
}

// listOf is the list of an instruction, and false when it has none that can
// be edited.
func listOf(f *dockerfile.File, i *dockerfile.Instruction) (list, bool) {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok || run.JSON || run.Script == nil || run.Script.Opaque || len(run.Script.Problems) > 0 || len(run.Script.Steps) == 0 {
		return list{}, false
	}
	scripts := script.Of(i)
	if len(scripts) == 0 {
		return list{}, false
	}
	return list{Script: scripts[0], file: f, in: i, run: run}, true
}

// canFollow reports whether a command can be put after a step.
func (l list) canFollow(step int) bool {
	st := l.Steps[step]
	last := step == len(l.Steps)-1
	switch st.Next {
	case shellcmd.Background:
		return false
	case shellcmd.Or:
		return false
	case shellcmd.End, shellcmd.Semicolon, shellcmd.Newline, shellcmd.And:
	default:
		return false
	}
	// What follows the last step can only be a comment, in which a command
	// would have no effect.
	rest := strings.TrimLeft(l.Text.Text()[st.Span.End:], "; \t")
	if last && !l.run.Heredoc && rest != "" && rest[0] != '\n' {
		return false
	}
	for _, c := range l.Commands[st.First:st.Last] {
		if len(c.Within) == 0 && (c.Name == "exec" || c.Name == "exit") {
			return false
		}
		// A function that is only defined has no result to wait for.
		if len(c.Within) > 0 && c.Within[0] == shellcmd.Function {
			return false
		}
	}
	return true
}

// errexit reports whether the script ends when a step fails, which makes a
// semicolon as good as an &&.
func (l list) errexit(step int) bool {
	return l.OptionAt(l.Steps[step].First, 'e', "errexit")
}

// newLine adds a line to a script in a heredoc.
func (l list) newLine(st shellcmd.Step, command string) ([]source.Edit, bool) {
	file := l.file.Source
	at := l.File(st.Span)
	line := file.Line(max(at.End-1, at.Start))
	for k := st.First; k < st.Last; k++ {
		for _, r := range l.Commands[k].Redirs {
			if r.Body.Len() > 0 {
				return nil, false
			}
		}
	}
	first := file.LineText(at.Start)
	in := first[:len(first)-len(strings.TrimLeft(first, " \t"))]
	if strings.HasSuffix(strings.TrimRight(file.Text(line), " \t"), `\`) || l.shares(st, line) {
		return nil, false
	}
	return []source.Edit{source.Insert(line.End, newline(l.file)+in+command)}, true
}

// shares reports whether another step begins on the line on which st ends.
func (l list) shares(st shellcmd.Step, line source.Span) bool {
	return slices.ContainsFunc(l.Steps, func(other shellcmd.Step) bool {
		at := l.File(other.Span).Start
		return other.Span.Start > st.Span.Start && line.Start <= at && at < line.End
	})
}

// joins is what may stand between two steps: blanks, line breaks and one
// operator.
var joins = regexp.MustCompile("^(?:[ \t\r\n]|[\\\\`][ \t]*\r?\n)*(&&|;)(?:[ \t\r\n]|[\\\\`][ \t]*\r?\n)*$")

// joiner is what to put between a step and a command that is added after it:
// what stands between the steps before it, or something like it.
func (l list) joiner(step int, command string) string {
	at := l.File(l.Steps[step].Span)
	own := l.file.Source.Text(at)
	broken := strings.Contains(own, "\n")
	safe := l.errexit(step)
	best := ""
	for k := step - 1; k >= -1; k-- {
		// The joiner after the step serves as an example too, when there is
		// none before.
		from := k
		if k < 0 {
			from = step
		}
		if from+1 >= len(l.Steps) {
			continue
		}
		text := l.file.Source.Text(source.Span{Start: l.File(l.Steps[from].Span).End, End: l.File(l.Steps[from+1].Span).Start})
		if m := joins.FindStringSubmatchIndex(text); m != nil {
			if op := text[m[2]:m[3]]; op == ";" && !safe {
				before := text[:m[2]]
				if !strings.HasSuffix(before, " ") && !strings.HasSuffix(before, "\n") {
					before += " "
				}
				text = before + "&&" + text[m[3]:]
			}
			if best == "" || !strings.Contains(best, "\n") && strings.Contains(text, "\n") {
				best = text
			}
		}
	}
	// One line for each of several commands, or all in one.
	long := column(l.file, at.End)+len(" && ")+len(command) > maxLine
	if l.run.Heredoc || best != "" && (strings.Contains(best, "\n") || !broken && !long) {
		if best == "" || l.run.Heredoc && strings.Contains(best, "\n") {
			return " && "
		}
		return best
	}
	if broken || long {
		return lineBreak(l.file, l.in) + "&& "
	}
	return " && "
}
