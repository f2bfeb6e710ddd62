// Package sl0009 is the rule bad-array.
package sl0009

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0009",
		Name:     "bad-array",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "An array does not hold strings only",
			Why:   "The exec form is a JSON array of strings, and SHELL takes nothing else. Numbers, nested arrays and plain words are refused.",
			Bad:   "FROM alpine:3.22\nCMD [\"sleep\", 60]\n",
			Good:  "FROM alpine:3.22\nCMD [\"sleep\", \"60\"]\n",
			More: []rule.Example{
				{Name: "SHELL needs an array", Dockerfile: "FROM alpine:3.22\nSHELL bash -c\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadArray, nil) }
