// Package sl1109 is the rule update-alone.
package sl1109

import (
	"fmt"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
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
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "fetched for something in the same RUN",
					Dockerfile: "FROM a\nRUN apt-get update && apt-get install -y b\nRUN apt-get update && apt upgrade -y\nRUN dnf update && dnf install -y b\nRUN <<EOF\napt-get update\napt-get install -y b\nEOF\nRUN apt-get update && ./install.sh\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n",
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
		for c := range calls.Of(i) {
			switch {
			case !c.Manager.Ecosystem.System():
			case fetches(c):
				last = &c
			case c.Verb == pkgmgr.Install || c.Verb == pkgmgr.Upgrade || c.Verb == pkgmgr.DistUpgrade || c.Verb == pkgmgr.Download:
				last = nil
			}
		}
		if last == nil || handsOn(i, *last) || kept(run, *last) {
			continue
		}
		p.Report(finding.Finding{
			Span:    last.CallSpan(),
			Message: fmt.Sprintf("%s fetches package lists, and nothing in this RUN uses them", last.Program),
			Hint:    "fetch them in the RUN that installs, and remove them there",
		})
	}
}

// fetches reports whether a call is there for lists. "yum update" is one that
// people take for that, though it upgrades all packages.
func fetches(c calls.Call) bool {
	return c.Verb == pkgmgr.Update || c.Program == "yum" && c.VerbText == "update" && len(c.Packages) == 0
}

// handsOn reports whether a script of the project runs after the call: it may
// be what installs.
func handsOn(i *dockerfile.Instruction, c calls.Call) bool {
	after := false
	for s := range rule.InstructionCommands(i) {
		if s.Script == c.Script && s.Index == c.Index {
			after = true
			continue
		}
		if after && len(s.Effective.Words) > 0 {
			w := s.Effective.Words[0]
			if !w.Static || len(w.Value) > 1 && (w.Value[0] == '.' || w.Value[0] == '/') || s.Name == "sh" || s.Name == "bash" || s.Name == "make" {
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
