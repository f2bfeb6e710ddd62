// Package sl3004 is the rule platform-redundant.
package sl3004

import (
	"slices"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL3004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3004",
		Name:     "platform-redundant",
		Aliases:  []string{"RedundantTargetPlatform", "DL3065"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "FROM asks for the platform that it has anyway",
			Why:   "Stages are built for $TARGETPLATFORM unless they say otherwise, so saying it changes nothing.",
			Bad:   "FROM --platform=$TARGETPLATFORM alpine:3.22 AS build\n",
			Good:  "FROM alpine:3.22 AS build\n",
			More: []rule.Example{
				{Name: "in braces and quotes, on a line of its own", Dockerfile: "FROM \\\n  --platform=\"${TARGETPLATFORM}\" \\\n  alpine:3.22\n", Lines: []int{2}, Fixed: "FROM \\\n  alpine:3.22\n"},
				{Name: "the platform of the builder", Dockerfile: "FROM --platform=$BUILDPLATFORM alpine:3.22\n"},
				{Name: "a variant of it", Dockerfile: "FROM --platform=$TARGETPLATFORM/v8 alpine:3.22\nFROM --platform=$X$TARGETPLATFORM alpine:3.22\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/redundant-target-platform/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	target, _ := p.File.Args.Get("TARGETPLATFORM")
	for _, s := range p.File.Stages {
		flag := s.From.Flag("platform")
		if flag == nil || !slices.Equal(s.Platform.Used, []string{"TARGETPLATFORM"}) || len(s.Platform.Missing) > 0 || s.Platform.Text != target {
			continue
		}
		p.Report(finding.Finding{
			Span:    flag.Span,
			Message: "stages are built for $TARGETPLATFORM anyway",
			Fixes: []finding.Fix{{
				Title:  "leave it out",
				Safety: finding.Identity,
				Edits:  []source.Edit{source.Delete(source.Span{Start: s.From.AfterKeyword(), End: flag.Span.End})},
			}},
		})
	}
}
