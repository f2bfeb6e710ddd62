// Package sl0003 is the rule unknown-instruction.
package sl0003

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0003",
		Name:     "unknown-instruction",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "There is no such instruction",
			Why:   "The first word of a line is the instruction. A misspelt one, or a continuation that was forgotten on the line before, makes the build fail.",
			Bad:   "FROM alpine:3.22\nCOPPY a /b\n",
			Good:  "FROM alpine:3.22\nCOPY a /b\n",
			More: []rule.Example{
				{Name: "a lost continuation", Dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache\n  curl\n", Lines: []int{3}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#format"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.UnknownInstruction, fixes) }

func fixes(f finding.Finding) []finding.Fix { return reading.Correct(f, f.Span) }
