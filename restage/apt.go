package restage

import (
	"path"
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
		if !w.Static || strings.HasSuffix(w.Value, "-") || localDeb(w.Value) {
			continue
		}
		name := strings.FieldsFunc(w.Value, func(r rune) bool { return r == '=' || r == '/' || r == ':' })
		if len(name) > 0 {
			names = append(names, name[0])
		}
	}
	return names
}

// localDeb reports an operand of apt that is a file, not a name.
func localDeb(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasSuffix(s, ".deb")
}

// foreignPackages finds a RUN that installs a package file: no archive has
// it, so the run-time stage could not install it.
func foreignPackages(in Input) *dockerfile.Instruction {
	for _, i := range chain(in) {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil {
			continue
		}
		for _, c := range run.Script.Commands {
			e := c.Effective()
			args := e.Args(shellcmd.Options{Values: aptValues})
			if e.Name == "dpkg" && args.Has("-i", "--install", "--unpack") {
				return i
			}
			if isApt(e.Name) && operand(e) == "install" && slices.ContainsFunc(args.Operands, func(k int) bool { return localDeb(e.Words[k].Text) }) {
				return i
			}
		}
	}
	return nil
}

// upgradeVerb is the verb with which the original upgrades the packages of
// its base, "" when it does not.
func upgradeVerb(in Input) string {
	for _, i := range chain(in) {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil {
			continue
		}
		for _, c := range run.Script.Commands {
			e := c.Effective()
			if v := operand(e); isApt(e.Name) && (v == "upgrade" || v == "dist-upgrade" || v == "full-upgrade") {
				return strings.Replace(v, "full-", "dist-", 1)
			}
		}
	}
	return ""
}

// writtenPaths are the absolute paths that RUN instructions which install
// packages name besides: a sed of a configuration file in the same step.
func writtenPaths(in Input) []string {
	var list []string
	for _, i := range chain(in) {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil {
			continue
		}
		for _, c := range run.Script.Commands {
			for _, w := range c.Words {
				if w.Static && strings.HasPrefix(w.Value, "/") {
					list = append(list, path.Clean(w.Value))
				}
			}
			for _, r := range c.Redirs {
				if r.Target.Static && strings.HasPrefix(r.Target.Value, "/") {
					list = append(list, path.Clean(r.Target.Value))
				}
			}
		}
	}
	return list
}
