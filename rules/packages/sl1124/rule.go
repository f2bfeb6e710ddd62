// Package sl1124 is the rule gem-update-leftovers.
package sl1124

import (
	"slices"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
)

// Rule is SL1124.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1124",
		Name:     "gem-update-leftovers",
		Aliases:  []string{"parfum:gemUpdateSystemRmRootGem"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "gem update --system leaves what it downloaded in the home directory",
			Why:   "RubyGems updates itself from a package that it unpacks under ~/.gem. Nothing reads that again.",
			Bad:   "FROM ruby:3.4\nRUN gem update --system\n",
			Good:  "FROM ruby:3.4\nRUN gem update --system && rm -rf /root/.gem\n",
			More: []rule.Example{
				{
					Name:       "removed, in a builder, or another update",
					Dockerfile: "FROM ruby AS build\nRUN gem update --system\nFROM ruby\nCOPY --from=build /a /a\nRUN gem update --system && rm -rf ~/.gem\nRUN gem update rails\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://guides.rubygems.org/command-reference/#gem-update"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) {
			continue
		}
		dir := pkgmgr.Home(i.Before.User) + "/.gem"
		var last *calls.Call
		for _, c := range calls.Of(p, i) {
			if c.Manager.Name == "gem" && c.VerbText == "update" && c.Action.Args.Has("--system") {
				last = &c
			}
		}
		if last == nil || removes(p, last, dir) {
			continue
		}
		f := finding.Finding{
			Span:    last.CallSpan(),
			Message: "what gem downloaded for itself stays in " + dir,
			Hint:    "end the RUN with rm -rf " + dir,
		}
		if edits, ok := edit.Append(p.File, i, "rm -rf "+dir); ok {
			f.Fixes = []finding.Fix{{Title: "remove it at the end of the RUN", Safety: finding.Equivalent, Edits: edits}}
		}
		p.Report(f)
	}
}

// removes reports whether a later command of the RUN removes the directory.
func removes(p *rule.Pass, c *calls.Call, dir string) bool {
	after := false
	for _, s := range p.CommandsOf(c.In) {
		if s.Script == c.Script && s.Index == c.Index {
			after = true
		} else if after && slices.Contains(pkgmgr.Removed(s.Effective, pkgmgr.Home(c.In.Before.User)), dir) {
			return true
		}
	}
	return false
}
