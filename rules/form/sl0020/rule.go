// Package sl0020 is the rule bad-variable.
package sl0020

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0020.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0020",
		Name:     "bad-variable",
		Aliases:  []string{"InvalidDefaultArgInFrom", "DS-0001"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A variable can't be put in",
			Why:   "Where variables count, ${…} must be well-formed and of the few forms that BuildKit knows. A base image or platform that comes to nothing fails the build.",
			Bad:   "ARG BASE\nFROM $BASE\n",
			Good:  "ARG BASE=alpine:3.22\nFROM $BASE\n",
			More: []rule.Example{
				{Name: "a brace is missing", Dockerfile: "FROM alpine:3.22\nUSER ${X\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#environment-replacement"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadVariable, nil) }
