// Package sl0004 is the rule duplicate-directive.
package sl0004

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0004",
		Name:     "duplicate-directive",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A parser directive is there twice",
			Why:   "The directives syntax, escape and check at the top of the file can each be given once. BuildKit refuses a file that gives one twice.",
			Bad: `# syntax=docker/dockerfile:1
# syntax=docker/dockerfile:1.7
FROM alpine:3.22
`,
			Good:    "# syntax=docker/dockerfile:1\nFROM alpine:3.22\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#parser-directives"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.DuplicateDirective, nil) }
