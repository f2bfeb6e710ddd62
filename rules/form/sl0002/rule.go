// Package sl0002 is the rule no-stage.
package sl0002

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0002",
		Name:     "no-stage",
		Aliases:  []string{"DL3061"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "An instruction stands before the first FROM",
			Why:   "A stage begins with FROM. Before the first one only ARG can stand, whose variables FROM can use; anything else has no image to work on, and the build fails.",
			Bad:   "LABEL a=b\nFROM alpine:3.22\n",
			Good:  "FROM alpine:3.22\nLABEL a=b\n",
			More: []rule.Example{
				{Name: "ARG may come first", Dockerfile: "ARG V=3.22\nFROM alpine:$V\n"},
				{Name: "no FROM at all", Dockerfile: "RUN true\n", Lines: []int{1}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#from"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.NoStage, nil) }
