// Package sl0018 is the rule bad-stage-reference.
package sl0018

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
)

// Rule is SL0018.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0018",
		Name:     "bad-stage-reference",
		Aliases:  []string{"DL3022", "DL3023", "DS-0006"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A reference to a stage leads nowhere",
			Why:   "COPY --from, and from= in a mount, name a stage that stands above, or an image. A stage can't copy from itself or from one below, and a misspelt name is taken for an image to pull.",
			Bad: `FROM alpine:3.22 AS build
FROM alpine:3.22
COPY --from=biuld /a /b
`,
			Good: `FROM alpine:3.22 AS build
FROM alpine:3.22
COPY --from=build /a /b
`,
			More: []rule.Example{
				{Name: "below", Dockerfile: "FROM alpine:3.22\nCOPY --from=late /a /b\nFROM alpine:3.22 AS late\n", Lines: []int{2}},
				{Name: "itself", Dockerfile: "FROM alpine:3.22 AS x\nCOPY --from=x /a /b\n", Lines: []int{2}},
				{Name: "an image", Dockerfile: "FROM alpine:3.22\nCOPY --from=nginx:1.29 /a /b\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy---from"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.BadStageReference, fixes) }

func fixes(f finding.Finding) []finding.Fix { return reading.Correct(f, f.Span) }
