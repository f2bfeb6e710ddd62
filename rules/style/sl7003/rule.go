// Package sl7003 is the rule stage-name-casing.
package sl7003

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7003",
		Name:     "stage-name-casing",
		Aliases:  []string{"StageNameCasing"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The name of a stage has capitals",
			Why: "Names of stages are kept in lower case, and --from and --target don't mind. But FROM does: FROM Builder does not mean the stage that is named so, but an image, " +
				"which can't even exist. Lower case everywhere leaves no room for that.",
			Bad:  "FROM golang:1.25 AS Builder\nFROM scratch\nCOPY --from=Builder /app /app\n",
			Good: "FROM golang:1.25 AS builder\nFROM scratch\nCOPY --from=Builder /app /app\n",
			More: []rule.Example{
				{Name: "a name that can't be", Dockerfile: "FROM alpine:3.22 AS 1X\n", Lines: []int{1}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/stage-name-casing/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if len(s.From.Words) != 3 {
			continue
		}
		word := s.From.Words[2]
		lower := strings.ToLower(word.Text())
		if word.Text() == lower {
			continue
		}
		f := finding.Finding{Span: word.Span, Message: "the name of the stage has capitals: " + word.Text()}
		if word.Exact(source.Span{End: word.Len()}) && word.Span.Len() == word.Len() {
			f.Fixes = []finding.Fix{{
				Title: "write " + lower, Safety: finding.Identity, Edits: []source.Edit{{Span: word.Span, New: lower}},
			}}
		}
		p.Report(f)
	}
}
