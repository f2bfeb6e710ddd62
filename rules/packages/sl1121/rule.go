// Package sl1121 is the rule gem-documents.
package sl1121

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1121.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1121",
		Name:     "gem-documents",
		Aliases:  []string{"parfum:gemUpdateNoDocument"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "gem builds documents that nobody reads in an image",
			Why: "gem install and gem update build an index of each library's documentation, which takes time and room. " +
				"The official ruby images switch that off; distributions don't.",
			Bad:  "FROM debian:12\nRUN gem install rake\n",
			Good: "FROM debian:12\nRUN gem install --no-document rake\n",
			More: []rule.Example{
				{Name: "an update of gem itself", Dockerfile: "FROM a\nRUN gem update --system\n", Lines: []int{2}, Fixed: "FROM a\nRUN gem update --no-document --system\n"},
				{
					Name:       "switched off in one way or another, or in a builder",
					Dockerfile: "FROM a AS b\nRUN gem install c\nFROM ruby:3.4\nCOPY --from=b /c /c\nRUN gem install d\nFROM a\nRUN gem install -N d && gem install --no-ri --no-rdoc d\nRUN echo 'gem: --no-document' >> ~/.gemrc && gem install d\nRUN gem install d\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://guides.rubygems.org/command-reference/#gem-install"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	off := map[*dockerfile.Stage]bool{}
	for i := range p.Instructions() {
		s := i.Stage
		off[s] = off[s] || off[s.Parent] || strings.Contains(i.Logical().Text(), "gemrc") || official(p, s)
		if off[s] || !p.Shipped(s) {
			continue
		}
		for _, c := range calls.Of(p, i) {
			if c.Manager.Name != "gem" || c.Verb != pkgmgr.Install && c.Verb != pkgmgr.Upgrade || c.Has(pkgmgr.NoDocs) || c.Dynamic {
				continue
			}
			p.Report(finding.Finding{
				Span:    c.CallSpan(),
				Message: "gem also builds documents",
				Hint:    "add --no-document",
				Fixes: []finding.Fix{{
					Title: "add --no-document", Safety: finding.Equivalent,
					Edits: []source.Edit{edit.After(c.Action.Words[c.VerbWord], "--no-document")},
				}},
			})
		}
	}
}

// official reports whether a stage is built on an official ruby image.
func official(p *rule.Pass, s *dockerfile.Stage) bool {
	ref, ok := reference.Parse(p.File.DefaultBase(s.Root()).Text)
	return ok && ref.Official() == "ruby"
}
