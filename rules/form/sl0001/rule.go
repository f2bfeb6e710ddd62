// Package sl0001 is the rule empty-file.
package sl0001

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0001",
		Name:     "empty-file",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "The file has no instructions",
			Why:   "A Dockerfile without an instruction describes no image, so the build ends at once. Mostly the file was saved empty, or all of it is commented out.",
			Bad:   "# nothing here yet\n",
			Good:  "FROM alpine:3.22\n",
			More: []rule.Example{
				{Name: "comments only", Dockerfile: "# a\n\n# b\n", Lines: []int{1}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#format"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.EmptyFile, nil) }
