package restage

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
)

// apt is what a command does if it is a call of apt.
func apt(e shellcmd.Effective) (pkgmgr.Action, bool) {
	a, ok := pkgmgr.Parse(e)
	return a, ok && a.Manager.Name == "apt"
}

// isApt reports whether a program is a front end of apt.
func isApt(e shellcmd.Effective) bool {
	_, ok := apt(e)
	return ok
}

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
		case isApt(e):
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
	a, ok := apt(e)
	if !ok || a.VerbText != "install" {
		return nil
	}
	var names []string
	for _, p := range a.Packages {
		// A minus at the end removes the package.
		if a.Words[p.Word].Static && p.Name != "" && !strings.HasSuffix(p.Text, "-") {
			names = append(names, p.Name)
		}
	}
	return names
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
			a, ok := pkgmgr.Parse(c.Effective())
			if ok && a.Manager.Ecosystem == pkgmgr.Debian && a.Verb == pkgmgr.Install && slices.ContainsFunc(a.Packages, local) {
				return i
			}
		}
	}
	return nil
}

// local reports a package that is a file.
func local(p pkgmgr.Package) bool { return p.Kind == pkgmgr.Local }

// upgradeVerb is the verb with which the original upgrades the packages of
// its base, "" when it does not.
func upgradeVerb(in Input) string {
	for _, i := range chain(in) {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil {
			continue
		}
		for _, c := range run.Script.Commands {
			a, ok := apt(c.Effective())
			switch {
			case ok && a.VerbText == "upgrade":
				return "upgrade"
			case ok && a.Verb == pkgmgr.DistUpgrade:
				return "dist-upgrade"
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
