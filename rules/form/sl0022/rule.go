// Package sl0022 is the rule bad-onbuild.
package sl0022

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0022.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0022",
		Name:     "bad-onbuild",
		Aliases:  []string{"DL3043"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "ONBUILD holds an instruction that it can't",
			Why:     "ONBUILD keeps an instruction for builds that start from this image. FROM, MAINTAINER and another ONBUILD can't be kept.",
			Bad:     "FROM alpine:3.22\nONBUILD ONBUILD RUN true\n",
			Good:    "FROM alpine:3.22\nONBUILD RUN true\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#onbuild"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadOnbuild, nil) }
