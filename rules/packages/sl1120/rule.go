// Package sl1120 is the rule npm-clean-refused.
package sl1120

import (
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1120.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1120",
		Name:     "npm-clean-refused",
		Aliases:  []string{"parfum:npmCacheCleanUseForce"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "npm refuses to clean its cache without --force",
			Why:   "Since npm 5, npm cache clean only prints that it would rather not, and fails: the build ends, or the cache stays where the failure is ignored.",
			Bad:   "FROM node:22\nRUN npm ci && npm cache clean\n",
			Good:  "FROM node:22\nRUN npm ci && npm cache clean --force\n",
			More: []rule.Example{
				{Name: "forced, or a single entry", Dockerfile: "FROM node:22\nRUN npm --force cache clean && npm cache clean -f && npm cache clean some-key && yarn cache clean\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.npmjs.com/cli/commands/npm-cache"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		operands := c.Action.Args.Operands
		if c.Manager.Name != "npm" || c.Verb != pkgmgr.Clean || c.Has(pkgmgr.Force) || c.Dynamic || operands[len(operands)-1] != c.VerbWord {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.CallSpan(),
			Message: "npm refuses to clean its cache without --force",
			Hint:    "add --force",
			Fixes: []finding.Fix{{
				Title: "add --force", Safety: finding.Equivalent,
				Edits: []source.Edit{edit.After(c.Action.Words[c.VerbWord], "--force")},
			}},
		})
	}
}
