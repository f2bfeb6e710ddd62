// Package sl0013 is the rule unknown-flag.
package sl0013

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
	"schlank/source"
)

// Rule is SL0013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0013",
		Name:     "unknown-flag",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "The instruction has no such flag",
			Why:   "Flags stand between the instruction and its arguments and start with two dashes. BuildKit refuses those it does not know.",
			Bad: `FROM alpine:3.22 AS x
FROM alpine:3.22
COPY --form=x /a /b
`,
			Good: `FROM alpine:3.22 AS x
FROM alpine:3.22
COPY --from=x /a /b
`,
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	reading.Report(p, dockerfile.UnknownFlag, func(f finding.Finding) []finding.Fix {
		// Only the name of the flag, which its value follows, is wrong.
		name, _, _ := strings.Cut(p.Text(f.Span), "=")
		return reading.Correct(f, source.Span{Start: f.Span.Start, End: f.Span.Start + len(name)})
	})
}
