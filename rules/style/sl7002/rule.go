// Package sl7002 is the rule from-as-casing.
package sl7002

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7002",
		Name:     "from-as-casing",
		Aliases:  []string{"FromAsCasing"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "AS is cased unlike its FROM",
			Why:   "FROM … as … mixes two styles in one line. It works, but is harder to read and to search for.",
			Bad:   "FROM alpine:3.22 as build\n",
			Good:  "FROM alpine:3.22 AS build\n",
			More: []rule.Example{
				{Name: "lower case", Dockerfile: "from alpine:3.22 as a\nfrom alpine:3.22 AS b\n", Lines: []int{2}, Fixed: "from alpine:3.22 as a\nfrom alpine:3.22 as b\n"},
				{Name: "a FROM that is mixed itself", Dockerfile: "From alpine:3.22 as a\n"},
				{Name: "on a line of its own", Dockerfile: "FROM alpine:3.22 \\\r\n  as \\\r\n  a\r\n", Lines: []int{2}, Fixed: "FROM alpine:3.22 \\\r\n  AS \\\r\n  a\r\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/from-as-casing/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		words := s.From.Words
		if len(words) < 3 {
			continue
		}
		want := strings.ToUpper
		switch s.From.Keyword {
		case strings.ToUpper(s.From.Keyword):
		case strings.ToLower(s.From.Keyword):
			want = strings.ToLower
		default:
			continue
		}
		as := words[1]
		if as.Text() == want(as.Text()) {
			continue
		}
		f := finding.Finding{Span: as.Span, Message: as.Text() + " is cased unlike " + s.From.Keyword}
		if strings.EqualFold(p.Text(as.Span), "as") {
			f.Fixes = []finding.Fix{{
				Title: "write " + want("as"), Safety: finding.Identity, Edits: []source.Edit{{Span: as.Span, New: want("as")}},
			}}
		}
		p.Report(f)
	}
}
