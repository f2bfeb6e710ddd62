package dockerfile

import (
	"bytes"
	"regexp"

	"schlank/dockerfile/syntax"
)

// shellComment is how people tell hadolint what shell the base image has when
// no SHELL says so: "# hadolint shell=powershell".
var shellComment = regexp.MustCompile(`^\s*#\s*hadolint\s+shell\s*=\s*([^\s#]+)`)

// shellComments are the shells that comments name, by the next instruction.
func shellComments(f *syntax.File) map[*syntax.Instruction]string {
	if !bytes.Contains(f.Text, []byte("hadolint")) {
		return nil
	}
	out := map[*syntax.Instruction]string{}
	said := ""
	for _, n := range f.Nodes {
		switch n.Kind {
		case syntax.CommentLine:
			if m := shellComment.FindSubmatch(f.Text[n.Span.Start:n.Span.End]); m != nil {
				said = string(m[1])
			}
		case syntax.InstructionLines:
			if said != "" {
				out[n.Instruction] = said
			}
			said = ""
		}
	}
	return out
}

// readAs notes what a comment above the next instruction says of the shell:
// before the first FROM for all stages, else for the rest of the stage.
func (f *File) readAs(shell string) {
	switch {
	case shell == "":
	case len(f.Stages) == 0:
		f.saidShell = shell
	default:
		f.Stages[len(f.Stages)-1].End.ReadAs = shell
	}
}
