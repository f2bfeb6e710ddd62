// Package sl2014 is the rule copy-link.
package sl2014

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL2014.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2014",
		Name:     "copy-link",
		Aliases:  []string{},
		Category: rule.Cache,
		Severity: finding.Info,
		Off:      "it pays where base images change often, and it changes what happens to links in the destination",
		Doc: rule.Doc{
			Title: "COPY from another stage without --link",
			Why: "A layer made with --link does not depend on those below: when the base image changes, it is used again as it is, without building anything. " +
				"A link in the path of the destination is not followed then, but replaced, and a user in --chown must be a number.",
			Bad:  "FROM golang:1.23 AS build\nRUN go build -o /app .\nFROM debian:12\nCOPY --from=build /app /usr/local/bin/app\n",
			Good: "FROM golang:1.23 AS build\nRUN go build -o /app .\nFROM debian:12\nCOPY --link --from=build /app /usr/local/bin/app\n",
			More: []rule.Example{
				{Name: "only where it pays", Dockerfile: "FROM debian:12 AS a\nCOPY a b\nFROM debian:12\nCOPY x y\nCOPY --link --from=a /b /c\nCOPY --from=a --chown=app /d /e\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy---link"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		c, ok := in.Command.(*dockerfile.Copy)
		if !ok || c.Link || c.From.Text == "" || in.Stage == nil || !p.Shipped(in.Stage) || strings.Trim(c.Chown.Text, "0123456789:") != "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    in.KeywordSpan,
			Message: "this layer is made again when the base image changes",
			Hint:    "add --link",
			Fixes: []finding.Fix{{
				Title: "add --link", Safety: finding.Suggestion, Edits: []source.Edit{source.Insert(in.AfterKeyword(), " --link")},
			}},
		})
	}
}
