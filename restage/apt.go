package restage

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
)

// aptValues are apt-get's options that take a value (apt-get(8)).
var aptValues = []string{"-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release", "-a", "--host-architecture", "-P", "--build-profiles"}

// isApt reports whether a program is a front end of apt.
func isApt(name string) bool { return name == "apt-get" || name == "apt" || name == "aptitude" }

// packageLayers are the layers made by RUN instructions that do nothing but
// install packages and clean up after that.
func packageLayers(in Input) map[int]bool {
	m := map[int]bool{}
	for layer, i := range instructionOf(in) {
		if run, ok := i.Command.(*dockerfile.Run); ok && aptOnly(run) {
			m[layer] = true
		}
	}
	return m
}

// aptOnly reports whether all commands of a RUN are apt's, or remove its
// lists.
func aptOnly(run *dockerfile.Run) bool {
	if run.Script == nil || len(run.Script.Commands) == 0 || len(run.Script.Problems) > 0 || run.Interpreter != "" {
		return false
	}
	apt := false
	for _, c := range run.Script.Commands {
		e := c.Effective()
		switch {
		case isApt(e.Name):
			apt = true
		case e.Name == "set", removesAptLists(e):
		default:
			return false
		}
	}
	return apt
}

// removesAptLists reports a clean-up of apt's lists and caches.
func removesAptLists(e shellcmd.Effective) bool {
	if e.Name != "rm" {
		return false
	}
	args := e.Args(shellcmd.Options{})
	for _, i := range args.Operands {
		w := e.Words[i].Text
		if !strings.HasPrefix(w, "/var/lib/apt") && !strings.HasPrefix(w, "/var/cache/apt") {
			return false
		}
	}
	return len(args.Operands) > 0
}

// askedPackages are the packages that the stage and its parents install by
// name, with the line that does.
func askedPackages(in Input) map[string]string {
	m := map[string]string{}
	for s := in.Stage; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			run, ok := i.Command.(*dockerfile.Run)
			if !ok || run.Script == nil {
				continue
			}
			for _, c := range run.Script.Commands {
				for _, name := range aptInstalls(c.Effective()) {
					m[name] = place(in, i)
				}
			}
		}
	}
	return m
}

// aptInstalls are the packages an "apt-get install" names, without versions,
// architectures and releases.
func aptInstalls(e shellcmd.Effective) []string {
	if !isApt(e.Name) {
		return nil
	}
	args := e.Args(shellcmd.Options{Values: aptValues})
	var names []string
	for k, i := range args.Operands {
		w := e.Words[i]
		if k == 0 {
			if w.Value != "install" {
				return nil
			}
			continue
		}
		if !w.Static || strings.HasSuffix(w.Value, "-") || strings.HasPrefix(w.Value, "./") {
			continue
		}
		name := strings.FieldsFunc(w.Value, func(r rune) bool { return r == '=' || r == '/' || r == ':' })
		if len(name) > 0 {
			names = append(names, name[0])
		}
	}
	return names
}

// aptMounts keep apt's lists and archives out of the layer and across builds.
var aptMounts = []string{
	"--mount=type=cache,target=/var/cache/apt,sharing=locked",
	"--mount=type=cache,target=/var/lib/apt,sharing=locked",
}

// dockerClean is a file of the official Debian images that makes apt delete
// the archives it has downloaded, which defeats a cache mount.
const dockerClean = "/etc/apt/apt.conf.d/docker-clean"

// aptRun renders the commands of consecutive RUN instructions as one: update
// first and once, no cleaning, since what it would remove lies in the mounts.
func (w *writer) aptRun(runs []*dockerfile.Instruction) string {
	var cmds []string
	if w.in.Image.Tree.Find(dockerClean) != nil {
		cmds = append(cmds, "rm -f "+dockerClean)
	}
	cmds = append(cmds, "apt-get update")
	for _, i := range runs {
		script := i.Command.(*dockerfile.Run).Script
		for _, st := range script.Steps {
			if c := script.Commands[st.First]; st.Last == st.First+1 {
				e := c.Effective()
				if removesAptLists(e) || isApt(e.Name) && slices.Contains([]string{"update", "clean", "autoclean"}, operand(e)) {
					continue
				}
			}
			cmds = append(cmds, oneLine(script.Text.Slice(st.Span).Text()))
		}
	}
	return w.run(aptMounts, cmds)
}

// operand is the first operand: apt's verb.
func operand(e shellcmd.Effective) string {
	args := e.Args(shellcmd.Options{Values: aptValues})
	if len(args.Operands) == 0 {
		return ""
	}
	return e.Words[args.Operands[0]].Value
}

// mergeable reports whether the steps of an apt RUN can be written as a plain
// sequence of commands joined by &&.
func mergeable(run *dockerfile.Run) bool {
	if !aptOnly(run) || run.Heredoc || len(run.Mounts) > 0 || run.JSON || run.Network != "" || run.Security != "" {
		return false
	}
	for k, st := range run.Script.Steps {
		last := k == len(run.Script.Steps)-1
		if !last && st.Next != shellcmd.And {
			return false
		}
	}
	return true
}

// oneLine folds white space, which in a joined instruction is indentation.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
