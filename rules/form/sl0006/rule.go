// Package sl0006 is the rule line-too-long.
package sl0006

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0006",
		Name:     "line-too-long",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "A line is longer than BuildKit reads",
			Why:     "BuildKit reads lines of up to 65,535 bytes and refuses the file otherwise. Such lines are mostly data, which is better kept in a file of the build context.",
			Bad:     "FROM alpine:3.22\nENV DATA=" + strings.Repeat("x", 1<<16) + "\n",
			Good:    "FROM alpine:3.22\nCOPY data /data\n",
			Since:   "0.2",
			Sources: []string{"https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.LineTooLong, nil) }
