// Package sl0012 is the rule empty-continuation.
package sl0012

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
	"schlank/source"
)

// Rule is SL0012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0012",
		Name:     "empty-continuation",
		Aliases:  []string{"NoEmptyContinuation"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A blank line inside of an instruction",
			Why:   "After a continuation the instruction goes on, blank lines or not, which is easily misread: the next line looks like a new instruction. BuildKit announced that such lines will become errors.",
			Bad: `FROM alpine:3.22
RUN apk add --no-cache \
      curl \

      git
`,
			Good: `FROM alpine:3.22
RUN apk add --no-cache \
      curl \
      git
`,
			More: []rule.Example{
				{Name: "comments are fine", Dockerfile: "FROM alpine:3.22\nRUN a && \\\n# why\n    b\n"},
				{Name: "several, with other line endings", Dockerfile: "FROM alpine:3.22\r\nRUN a && \\\r\n\r\n  \r\n    b\r\n", Lines: []int{3, 4}, Fixed: "FROM alpine:3.22\r\nRUN a && \\\r\n    b\r\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/no-empty-continuation/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) { reading.Report(p, dockerfile.EmptyContinuation, fixes) }

func fixes(f finding.Finding) []finding.Fix {
	return []finding.Fix{{
		Title: "remove the blank line", Safety: finding.Identity, Edits: []source.Edit{source.Delete(f.Span)},
	}}
}
