// Package sl2009 is the rule overwritten-later.
package sl2009

import (
	"fmt"

	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
)

// Rule is SL2009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2009",
		Name:     "overwritten-later",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A file is written, and again by a later layer",
			Why:   "The first file stays in its layer, and nobody sees it. Usually one of the two lines is a leftover.",
			Bad:   "FROM nginx:1.27\nCOPY default.conf /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/conf.d/default.conf\n",
			Good:  "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/default.conf\n",
			More: []rule.Example{
				{Name: "a download", Dockerfile: "FROM debian:12\nRUN curl -o /usr/local/bin/x https://example.com/1\nRUN curl -o /usr/local/bin/x https://example.com/2\n", Lines: []int{3}},
				{Name: "deleted in between, in one layer, or another file", Dockerfile: "FROM debian:12\nRUN curl -o /x a\nRUN rm /x\nRUN curl -o /x b\nRUN echo a > /y && echo b > /y\nCOPY a.conf b.conf /z/\nCOPY c.conf /z/\nRUN cp a /usr/bin && cp b /usr/bin\nRUN cp c /usr/bin\n"},
				{Name: "a builder", Dockerfile: "FROM debian:12 AS b\nCOPY a.c /x.c\nCOPY b.c /x.c\nFROM debian:12\nCOPY --from=b /x /x\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		written := map[string]trace.Event{}
		for _, e := range trace.Chain(p, s) {
			switch {
			case e.Kind == trace.Deleted:
				for name, w := range written {
					if trace.Takes(e, w) {
						delete(written, name)
					}
				}
			case e.Kind != trace.Made || e.Tree || e.Cache || ambiguous(e):
			default:
				if before, ok := written[e.Path]; ok && before.In != e.In && e.In.Stage == s {
					line, _ := p.File.Source.Position(before.In.KeywordSpan.Start)
					p.Report(finding.Finding{
						Span:    e.Span,
						Message: fmt.Sprintf("line %d writes this file too, and nobody sees that", line),
						Hint:    "write it once",
					})
				}
				written[e.Path] = e
			}
		}
	}
}

// ambiguous reports whether the path may be that of a directory that is there,
// so that the file has another.
func ambiguous(e trace.Event) bool {
	switch e.Shell.Name {
	case "cp", "mv", "install":
		return true
	}
	return false
}
