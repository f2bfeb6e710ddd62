// Package sl3005 is the rule reserved-stage-name.
package sl3005

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3005",
		Name:     "reserved-stage-name",
		Aliases:  []string{"ReservedStageName"},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A stage is called scratch or context",
			Why:   "scratch means the empty image, and context the files of the build. A stage of that name hides what everybody takes the word for, or can't be referred to at all.",
			Bad:   "FROM alpine:3.22 AS scratch\nFROM scratch\n",
			Good:  "FROM alpine:3.22 AS base\nFROM base\n",
			More: []rule.Example{
				{Name: "in capitals", Dockerfile: "FROM alpine:3.22 AS Context\n", Lines: []int{1}},
				{Name: "only alike", Dockerfile: "FROM alpine:3.22 AS scratches\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/reserved-stage-name/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if s.Name == "scratch" || s.Name == "context" {
			p.Report(finding.Finding{
				Span:    s.NameSpan,
				Message: "the name " + s.Name + " is reserved",
				Hint:    "give the stage another name",
			})
		}
	}
}
