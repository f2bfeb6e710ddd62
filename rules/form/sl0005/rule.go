// Package sl0005 is the rule bad-escape.
package sl0005

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0005",
		Name:     "bad-escape",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title:   "The escape character can be \\ or ` only",
			Why:     "The directive escape sets the character that continues lines and takes away the meaning of the next character. BuildKit knows two.",
			Bad:     "# escape=/\nFROM alpine:3.22\n",
			Good:    "# escape=`\nFROM alpine:3.22\n",
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#escape"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadEscape, nil) }
