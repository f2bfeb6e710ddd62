// Package sl0008 is the rule bad-heredoc.
package sl0008

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0008",
		Name:     "bad-heredoc",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A heredoc stands where none can be",
			Why:   "A heredoc can be the script of RUN or a source of COPY and ADD. As a destination, or with a name that can't be read, it makes the build fail.",
			Bad: `FROM alpine:3.22
COPY a <<EOF
b
EOF
`,
			Good: `FROM alpine:3.22
COPY <<EOF /a
b
EOF
`,
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#here-documents"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadHeredoc, nil) }
