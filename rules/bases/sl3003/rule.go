// Package sl3003 is the rule platform-constant.
package sl3003

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/rules/bases/platform"
	"schlank/source"
)

// Rule is SL3003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3003",
		Name:     "platform-constant",
		Aliases:  []string{"FromPlatformFlagConstDisallowed", "DL3029"},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "FROM fixes the platform",
			Why: "With --platform=linux/amd64 the image is built for that platform whatever docker build --platform asks for; on other machines it runs slowly under emulation, or not at all. " +
				"Leave the flag out, or write $BUILDPLATFORM for a stage that cross-compiles. A stage whose name speaks of the platform is left alone.",
			Bad:  "FROM --platform=linux/amd64 node:24\n",
			Good: "FROM node:24\n",
			More: []rule.Example{
				{Name: "a variable", Dockerfile: "FROM --platform=$BUILDPLATFORM golang:1.25 AS a\nFROM --platform=${TARGETPLATFORM:-} alpine:3.22\n"},
				{Name: "a stage for a platform", Dockerfile: "FROM --platform=linux/amd64 alpine:3.22 AS build-amd64\nFROM --platform=linux/arm64 alpine:3.22 AS for_linux\n"},
				{Name: "a part of one", Dockerfile: "FROM --platform=linux alpine:3.22\n", Lines: []int{1}, Safety: finding.Equivalent, Fixed: "FROM --platform=linux alpine:3.22\n"},
				{Name: "not one", Dockerfile: "FROM --platform=foobar alpine:3.22\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		flag := s.From.Flag("platform")
		if flag == nil || len(s.Platform.Used)+len(s.Platform.Missing) > 0 {
			continue
		}
		is, ok := platform.Parse(s.Platform.Text)
		if !ok || strings.Contains(s.Name, is.OS) || strings.Contains(s.Name, is.Arch) {
			continue
		}
		p.Report(finding.Finding{
			Span:    flag.Span,
			Message: "the stage is for " + s.Platform.Text + " whatever the build asks for",
			Hint:    "leave --platform out, or write $BUILDPLATFORM in a stage that cross-compiles",
			Fixes: []finding.Fix{{
				Title:  "leave it out",
				Safety: finding.Suggestion,
				Edits:  []source.Edit{source.Delete(source.Span{Start: s.From.AfterKeyword(), End: flag.Span.End})},
			}},
		})
	}
}
