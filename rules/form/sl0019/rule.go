// Package sl0019 is the rule bad-shell.
package sl0019

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0019.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0019",
		Name:     "bad-shell",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "The shell can't read a command",
			Why:   "The text of a RUN is handed to a shell, which refuses what is not well-formed: an if without fi, a quote that does not end, an operator without a command. The build fails at that step; in CMD, ENTRYPOINT or HEALTHCHECK the container does.",
			Bad:   "FROM alpine:3.22\nRUN if true; then echo yes\n",
			Good:  "FROM alpine:3.22\nRUN if true; then echo yes; fi\n",
			More: []rule.Example{
				{Name: "in a CMD", Dockerfile: "FROM alpine:3.22\nCMD a &&\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadShell, nil) }
