// Package sl0017 is the rule duplicate-stage.
package sl0017

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0017.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0017",
		Name:     "duplicate-stage",
		Aliases:  []string{"DuplicateStageName", "DL3024", "DS-0012", "CKV_DOCKER_11"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Two stages have the same name",
			Why:   "A name means the last stage that has it. The earlier one can't be referred to any more, and what was meant to come from it comes from the other.",
			Bad:   "FROM golang:1.25 AS build\nFROM node:24 AS build\n",
			Good:  "FROM golang:1.25 AS build\nFROM node:24 AS web\n",
			More: []rule.Example{
				{Name: "case does not count", Dockerfile: "FROM alpine:3.22 AS a\nFROM alpine:3.21 AS A\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/duplicate-stage-name/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.DuplicateStage, nil) }
