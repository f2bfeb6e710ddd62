// Package sl0014 is the rule bad-flag.
package sl0014

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0014.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0014",
		Name:     "bad-flag",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "A flag is written wrong",
			Why:     "A flag was given twice, without the value it needs, or with a value that it can't have.",
			Bad:     "FROM alpine:3.22\nHEALTHCHECK --interval=30 CMD true\n",
			Good:    "FROM alpine:3.22\nHEALTHCHECK --interval=30s CMD true\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadFlag, nil) }
