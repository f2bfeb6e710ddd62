// Package sl1109 is the rule update-alone.
package sl1109

import (
	"fmt"
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1109.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1109",
		Name:     "update-alone",
		Aliases:  []string{"DS-0017", "parfum:aptGetUpdatePrecedesInstall"},
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Package lists are fetched in another RUN than the packages",
			Why: "The build cache keeps the RUN that fetched the lists. When packages are added to the other RUN later, they are looked up in lists that may be months old, " +
				"and whose versions are gone from the archive. The lists are also stored for good in a layer of their own.",
			Bad:  "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends curl\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n",
			More: []rule.Example{
				{
					Name:       "it goes where the packages are looked up",
					Dockerfile: "FROM a\n# lists\nRUN useradd b && apt-get -q update\nENV A=b\nRUN set -eux; \\\n    apt-get install -y b; \\\n    apt-get install -y c\n",
					Lines:      []int{3},
					Fixed:      "FROM a\n# lists\nRUN useradd b\nENV A=b\nRUN set -eux; \\\n    apt-get -q update && apt-get install -y b; \\\n    apt-get install -y c\n",
				},
				{
					Name:       "no fix where another RUN reads them too",
					Dockerfile: "FROM a AS b\nRUN apt-get update\nRUN apt-get install -y b\nRUN apt-get install -y c\n",
					Lines:      []int{2},
					Fixed:      "FROM a AS b\nRUN apt-get update\nRUN apt-get install -y b\nRUN apt-get install -y c\n",
				},
				{
					Name:       "fetched for something in the same RUN",
					Dockerfile: "FROM a\nRUN apt-get update && apt-get install -y b\nRUN apt-get update && apt upgrade -y\nRUN dnf update && dnf install -y b\nRUN <<EOF\napt-get update\napt-get install -y b\nEOF\nRUN apt-get update && ./install.sh\nRUN apt-get update && rosdep update && rosdep install --from-paths src -y\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n",
				},
				{
					Name:       "alone, or with what needs no lists",
					Dockerfile: "FROM a\nRUN apt-get update && adduser mike\nRUN yum update -y\n",
					Lines:      []int{2, 3},
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil || run.Script.Opaque {
			continue
		}
		var last *calls.Call
		for _, c := range calls.Of(p, i) {
			switch {
			case !c.Manager.Ecosystem.System():
			case fetches(c):
				last = &c
			case c.Verb == pkgmgr.Install || c.Verb == pkgmgr.Upgrade || c.Verb == pkgmgr.DistUpgrade || c.Verb == pkgmgr.Download:
				last = nil
			}
		}
		if last == nil || handsOn(p, i, *last) || kept(run, *last) {
			continue
		}
		f := finding.Finding{
			Span:    last.CallSpan(),
			Message: fmt.Sprintf("%s fetches package lists, and nothing in this RUN uses them", last.Program),
			Hint:    "fetch them in the RUN that installs, and remove them there",
		}
		if edits := move(p, i, *last); edits != nil {
			f.Fixes = []finding.Fix{{Title: "fetch the lists in the RUN that installs", Safety: finding.Equivalent, Edits: edits}}
		}
		p.Report(f)
	}
}

// move takes the call to the one RUN of the stage that looks packages up; nil
// where there are more of them, or none, or the text does not allow it.
func move(p *rule.Pass, i *dockerfile.Instruction, c calls.Call) []source.Edit {
	var user *calls.Call
	after := false
	for next := range p.Instructions() {
		if next == i {
			after = true
			continue
		}
		at := calls.InstallsFromLists(p, next, c.Manager)
		switch {
		case !after || at == nil:
		case user != nil || next.Stage != i.Stage || c.Verb != pkgmgr.Update:
			return nil
		default:
			user = at
		}
	}
	if user == nil || user.Run.JSON || user.Script != user.Run.Script || c.Script != c.Run.Script {
		return nil
	}
	install, update := user.Command(), c.Command()
	if !c.Script.Text.Exact(update.Span) || len(install.Within) > 0 || len(install.Assigns) > 0 {
		return nil
	}
	removal := remove(i, c)
	if removal == nil {
		return nil
	}
	text := p.Text(c.Script.File(update.Span))
	return append(removal, source.Insert(install.Words[0].Orig.Start, text+" && "))
}

// remove takes the call away, and the whole instruction if it is all it does.
func remove(i *dockerfile.Instruction, c calls.Call) []source.Edit {
	step := edit.StepOf(c.Run, c.Script, c.Index)
	if step < 0 || len(i.Flags) > 0 {
		return nil
	}
	if len(c.Script.Steps) == 1 {
		if i.Nested != nil || len(c.Script.Commands) != 1 {
			return nil
		}
		return []source.Edit{source.Delete(i.Span)}
	}
	var out []source.Edit
	for _, s := range c.Script.Steps[step].OrigRemoval {
		out = append(out, source.Delete(s))
	}
	return out
}

// fetches reports whether a call is there for lists. "yum update" is one that
// people take for that, though it upgrades all packages.
func fetches(c calls.Call) bool {
	return c.Verb == pkgmgr.Update || c.Program == "yum" && c.VerbText == "update" && len(c.Packages) == 0
}

// installers are programs that install packages of the distribution
// themselves, or run what may.
var installers = []string{"sh", "bash", "make", "rosdep", "mk-build-deps", "gdebi", "tasksel", "playwright"}

// handsOn reports whether a script of the project runs after the call: it may
// be what installs.
func handsOn(p *rule.Pass, i *dockerfile.Instruction, c calls.Call) bool {
	after := false
	for _, s := range calls.Steps(p, i) {
		if s.Script == c.Script && s.Index == c.Index {
			after = true
			continue
		}
		if after && len(s.Effective.Words) > 0 {
			w := s.Effective.Words[0]
			if !w.Static || len(w.Value) > 1 && (w.Value[0] == '.' || w.Value[0] == '/') || slices.Contains(installers, s.Name) {
				return true
			}
		}
	}
	return false
}

// kept reports whether a cache mount keeps the lists for other RUNs.
func kept(run *dockerfile.Run, c calls.Call) bool {
	for _, cache := range c.Fills(c.Env, c.Home()) {
		if cache.Kind == pkgmgr.Lists && calls.Mounted(run, cache) {
			return true
		}
	}
	return false
}
