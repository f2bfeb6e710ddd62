// Package sl0007 is the rule unterminated-heredoc.
package sl0007

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
	"schlank/source"
)

// Rule is SL0007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0007",
		Name:     "unterminated-heredoc",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "A heredoc does not end",
			Why:   "The lines of a heredoc go up to a line with nothing but its name. Without that line all the rest of the file would be part of it, and the build fails.",
			Bad: `FROM alpine:3.22
RUN <<EOF
apk add --no-cache curl
`,
			Good: `FROM alpine:3.22
RUN <<EOF
apk add --no-cache curl
EOF
`,
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#here-documents"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	reading.Report(p, dockerfile.UnterminatedHeredoc, func(f finding.Finding) []finding.Fix {
		var edits []source.Edit
		for i := range p.Instructions() {
			for _, h := range i.Heredocs {
				if h.Marker == f.Span && !h.Terminated {
					edits = []source.Edit{source.Insert(h.End.End, end(p, h.Name))}
				}
			}
		}
		if edits == nil {
			return nil
		}
		return []finding.Fix{{Title: "end the heredoc with the file", Safety: finding.Suggestion, Edits: edits}}
	})
}

// end is the line that ends a heredoc, at the end of the file.
func end(p *rule.Pass, name string) string {
	text := string(p.File.Source.Bytes)
	newline := "\n"
	if strings.Contains(text, "\r\n") {
		newline = "\r\n"
	}
	if strings.HasSuffix(text, "\n") {
		return name + newline
	}
	return newline + name + newline
}
