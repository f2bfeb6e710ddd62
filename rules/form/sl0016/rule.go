// Package sl0016 is the rule bad-stage-name.
package sl0016

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0016.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0016",
		Name:     "bad-stage-name",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "The name of a stage is not allowed",
			Why:     "The name of a stage starts with a letter and holds letters, digits, -, _ and dots.",
			Bad:     "FROM alpine:3.22 AS 1st\n",
			Good:    "FROM alpine:3.22 AS first\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#from"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadStageName, nil) }
