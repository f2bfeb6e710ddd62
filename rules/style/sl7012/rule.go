// Package sl7012 is the rule ignore-comment.
package sl7012

import (
	"regexp"

	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7012",
		Name:     "ignore-comment",
		Aliases:  []string{"DL1001"},
		Category: rule.Style,
		Severity: finding.Info,
		Off:      "comments that leave findings be are meant to be used; switch it on where exceptions belong into the configuration file only",
		Doc: rule.Doc{
			Title: "A comment switches findings off",
			Why:   "Some teams want exceptions in one place, the configuration, where they are reviewed. This rule finds the comments of schlank, hadolint, BuildKit and trivy that make exceptions in the Dockerfile.",
			Bad:   "FROM alpine:3.22\n# hadolint ignore=DL3018\nRUN apk add --no-cache curl\n",
			Good:  "FROM alpine:3.22\nRUN apk add --no-cache curl\n",
			More: []rule.Example{
				{Name: "all kinds", Dockerfile: "# check=skip=all\n# hadolint global ignore=DL3006\nFROM alpine:3.22\n# schlank: ignore=SL1001 reason=x\n# trivy:ignore:DS-0002\nRUN a\n", Lines: []int{1, 2, 4, 5}},
				{Name: "other comments", Dockerfile: "# hadolint shell=powershell\n# don't ignore=this\n# check=error=true\nFROM alpine:3.22\n"},
				{Name: "inside of an instruction it does not count", Dockerfile: "FROM alpine:3.22\nRUN a \\\n # hadolint ignore=DL3018\n b\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#check"},
		},
		Run: run,
	}
}

// pragma is a comment that switches findings off.
var pragma = regexp.MustCompile(`^#\s*(?:hadolint\s+(?:(?:global|stage)\s+)?ignore\s*=|schlank:\s*ignore|trivy:ignore:|check\s*=\s*(?:[^;]*;)?\s*skip\s*=)`)

func run(p *rule.Pass) {
	for _, n := range p.File.Syntax.Nodes {
		if n.Kind != syntax.CommentLine && n.Kind != syntax.DirectiveLine {
			continue
		}
		line := p.File.Source.Line(n.Span.Start)
		for line.Start < line.End && (p.File.Source.Bytes[line.Start] == ' ' || p.File.Source.Bytes[line.Start] == '\t') {
			line.Start++
		}
		if pragma.MatchString(p.Text(line)) {
			p.Report(finding.Finding{
				Span:    source.Span{Start: line.Start, End: line.End},
				Message: "this comment switches findings off",
				Hint:    "make the exception in the configuration",
			})
		}
	}
}
