package restage

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
)

// aptMounts keep apt's archives and lists out of the layer and across builds.
var aptMounts = []string{
	"--mount=type=cache,target=/var/cache/apt,sharing=locked",
	"--mount=type=cache,target=/var/lib/apt,sharing=locked",
}

// dockerClean is a file of the official Debian images that makes apt delete
// the archives it has downloaded, which defeats a cache mount.
const dockerClean = "/etc/apt/apt.conf.d/docker-clean"

// aptGroup is the run of mergeable apt instructions at the start of a list,
// if they install something and what follows does without the package lists
// they leave in the layer.
func aptGroup(list []*dockerfile.Instruction) []*dockerfile.Instruction {
	n := 0
	installs := false
	for n < len(list) {
		run, ok := list[n].Command.(*dockerfile.Run)
		if !ok || !mergeable(run) || !rootState(list[n]) {
			break
		}
		installs = installs || uses(run, "install")
		n++
	}
	if !installs || slices.ContainsFunc(list[n:], needsLists) {
		return nil
	}
	return list[:n]
}

// needsLists reports an instruction that installs with the package lists of
// an earlier one.
func needsLists(i *dockerfile.Instruction) bool {
	run, ok := i.Command.(*dockerfile.Run)
	return ok && run.Script != nil && !mergeable(run) && uses(run, "install") && !uses(run, "update")
}

// uses reports whether a RUN calls apt with a verb.
func uses(run *dockerfile.Run, verb string) bool {
	return slices.ContainsFunc(run.Script.Commands, func(c shellcmd.Command) bool {
		a, ok := apt(c.Effective())
		return ok && a.VerbText == verb
	})
}

// aptRun renders the commands of consecutive RUN instructions as one: update
// first and once, one install for all with the same options, no cleaning,
// since what it would remove lies in the mounts.
func (w *writer) aptRun(runs []*dockerfile.Instruction) string {
	var cmds [][]string
	if w.in.Image.Tree.Find(dockerClean) != nil {
		cmds = append(cmds, []string{"rm -f " + dockerClean})
	}
	cmds = append(cmds, []string{"apt-get update"})
	for _, i := range runs {
		script := i.Command.(*dockerfile.Run).Script
		for _, st := range script.Steps {
			if st.Last == st.First+1 {
				if superfluous(script.Commands[st.First]) {
					continue
				}
				if head, names := install(script.Commands[st.First]); head != "" {
					cmds = addInstall(cmds, head, names)
					continue
				}
			}
			cmds = append(cmds, []string{script.Text.Slice(st.Span).Text()})
		}
	}
	lines := make([]string, 0, len(cmds))
	for _, c := range cmds {
		lines = append(lines, w.words(c))
	}
	return w.run(aptMounts, lines)
}

// superfluous reports a command that the merged RUN does itself or that
// cleans up what lies in the mounts.
func superfluous(c shellcmd.Command) bool {
	e := c.Effective()
	if removesAptLists(e) {
		return true
	}
	a, ok := apt(e)
	if !ok || len(e.Wrappers) > 0 {
		return false
	}
	switch a.VerbText {
	case "clean", "autoclean":
		return true
	case "update":
		return !slices.ContainsFunc(a.Args.Flags, func(f shellcmd.Flag) bool {
			return !slices.Contains([]string{"-q", "-y", "--quiet", "--yes", "--assume-yes"}, f.Name)
		})
	}
	return false
}

// install takes an "apt-get install" apart: the command with its options, and
// the names. head is "" when it is none, or one that a shell has to read.
func install(c shellcmd.Command) (head string, names []string) {
	e := c.Effective()
	a, ok := apt(e)
	if !ok || a.VerbText != "install" || len(e.Wrappers)+len(c.Assigns)+len(c.Redirs) > 0 {
		return "", nil
	}
	operands := a.Args.Operands
	words := []string{"apt-get", "install"}
	for k, w := range e.Words[1:] {
		switch {
		case !w.Static || w.Glob || strings.ContainsAny(w.Text, "\n"):
			return "", nil
		case k+1 == operands[0]:
		case slices.Contains(operands, k+1):
			names = append(names, w.Text)
		default:
			words = append(words, w.Text)
		}
	}
	return strings.Join(words, " "), names
}

// addInstall appends names to the install with the same options, if that is
// the last command.
func addInstall(cmds [][]string, head string, names []string) [][]string {
	if last := cmds[len(cmds)-1]; last[0] == head {
		for _, n := range names {
			if !slices.Contains(last[1:], n) {
				last = append(last, n)
			}
		}
		cmds[len(cmds)-1] = last
		return cmds
	}
	return append(cmds, append([]string{head}, names...))
}

// mergeable reports whether the steps of an apt RUN can be written as a plain
// sequence of commands joined by &&.
func mergeable(run *dockerfile.Run) bool {
	if !aptOnly(run) || run.Heredoc || len(run.Mounts) > 0 || run.JSON || run.Network != "" || run.Security != "" {
		return false
	}
	for k, st := range run.Script.Steps {
		last := k == len(run.Script.Steps)-1
		if !last && st.Next != shellcmd.And || last && st.Next == shellcmd.Background ||
			strings.Contains(run.Script.Text.Slice(st.Span).Text(), "\n") {
			return false
		}
		if st.Last != st.First+1 || script(run, st) {
			return false
		}
	}
	return true
}

// script reports a step that is more than one plain command: a compound, a
// negation, or apt inside sh -c.
func script(run *dockerfile.Run, st shellcmd.Step) bool {
	c := run.Script.Commands[st.First]
	return c.Negated || len(c.Within) > 0 || c.Effective().Script != nil
}

// oneLine folds white space, which in a joined instruction is indentation.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
