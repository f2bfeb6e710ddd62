// Package sl0010 is the rule bad-pair.
package sl0010

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0010",
		Name:     "bad-pair",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "ENV, LABEL or ARG has a name without a value",
			Why:     "ENV and LABEL take pairs of the form name=value. A word without = after the first pair is refused; mostly the value has blanks in it and needs quotes.",
			Bad:     "FROM alpine:3.22\nENV GREETING=hello world\n",
			Good:    "FROM alpine:3.22\nENV GREETING=\"hello world\"\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#env"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadPair, nil) }
