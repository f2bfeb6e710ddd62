// Package sl0021 is the rule bad-mount.
package sl0021

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
	"schlank/source"
)

// Rule is SL0021.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0021",
		Name:     "bad-mount",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A mount is written wrong",
			Why:   "RUN --mount takes fields separated by commas. Those that BuildKit does not know, and types and modes that there are not, fail the build.",
			Bad:   "FROM alpine:3.22\nRUN --mount=type=cache,traget=/root/.cache true\n",
			Good:  "FROM alpine:3.22\nRUN --mount=type=cache,target=/root/.cache true\n",
			More: []rule.Example{
				{Name: "the type", Dockerfile: "FROM alpine:3.22\nRUN --mount=type=cash,target=/x true\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#run---mount"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	reading.Report(p, dockerfile.BadMount, func(f finding.Finding) []finding.Fix {
		// Only the name of the field, which its value follows, is wrong.
		name, _, _ := strings.Cut(p.Text(f.Span), "=")
		return reading.Correct(f, source.Span{Start: f.Span.Start, End: f.Span.Start + len(name)})
	})
}
