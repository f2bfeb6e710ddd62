// Package sl0015 is the rule bad-arguments.
package sl0015

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0015.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0015",
		Name:     "bad-arguments",
		Aliases:  []string{"DL3011", "DS-0008"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "The arguments don't fit the instruction",
			Why:   "Each instruction has its own form: COPY needs a source and a destination, FROM one or three words, a port lies between 0 and 65535. What does not fit makes the build fail.",
			Bad:   "FROM alpine:3.22\nEXPOSE 80000\n",
			Good:  "FROM alpine:3.22\nEXPOSE 8000\n",
			More: []rule.Example{
				{Name: "what is a variable is not judged", Dockerfile: "FROM alpine:3.22\nEXPOSE ${PORT}\n"},
				{Name: "a lone argument", Dockerfile: "FROM alpine:3.22\nCOPY a\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadArguments, nil) }
