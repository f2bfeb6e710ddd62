// Package sl7005 is the rule maintainer.
package sl7005

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7005",
		Name:     "maintainer",
		Aliases:  []string{"MaintainerDeprecated", "DL4000", "DS-0022", "CKV_DOCKER_6"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "MAINTAINER is deprecated",
			Why:   "MAINTAINER sets a field of the image that hardly any tool shows. The label org.opencontainers.image.authors is what registries and scanners read.",
			Bad:   "FROM alpine:3.22\nMAINTAINER Jane Doe <jane@example.com>\n",
			Good:  "FROM alpine:3.22\nLABEL org.opencontainers.image.authors=\"Jane Doe <jane@example.com>\"\n",
			More: []rule.Example{
				{Name: "quoted", Dockerfile: "FROM alpine:3.22\nmaintainer \"Jane\"\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nlabel org.opencontainers.image.authors=\"Jane\"\n"},
				{Name: "a comment by its side", Dockerfile: "FROM alpine:3.22\n# who\nMAINTAINER Jane $1 \"J\" \\ Doe\nRUN a\n", Lines: []int{3},
					Fixed: "FROM alpine:3.22\n# who\nLABEL org.opencontainers.image.authors=\"Jane \\$1 \\\"J\\\" \\\\ Doe\"\nRUN a\n"},
				{Name: "a label", Dockerfile: "FROM alpine:3.22\nLABEL maintainer=jane\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/maintainer-deprecated/", "https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, i := range p.File.Global {
		look(p, i)
	}
	for i := range p.Instructions() {
		look(p, i)
	}
}

func look(p *rule.Pass, i *dockerfile.Instruction) {
	c, ok := i.Command.(*dockerfile.Maintainer)
	if !ok {
		return
	}
	f := finding.Finding{
		Span:    i.KeywordSpan,
		Message: "MAINTAINER is deprecated",
		Hint:    "write LABEL org.opencontainers.image.authors=…",
	}
	if c.Text.Raw != "" && !strings.Contains(p.Text(i.Bare()), "\n") {
		label := "LABEL"
		if i.Keyword == strings.ToLower(i.Keyword) {
			label = "label"
		}
		f.Fixes = []finding.Fix{{
			Title:  "make it a label",
			Safety: finding.Equivalent,
			Edits: []source.Edit{{
				Span: i.Bare(),
				New:  label + ` org.opencontainers.image.authors="` + escaped(c.Text.Raw, string(p.File.Syntax.Escape)) + `"`,
			}},
		}}
	}
	p.Report(f)
}

// escaped is text for between double quotes, without the quotes that are
// around all of it.
func escaped(text, escape string) string {
	if n := len(text) - 1; n > 0 && text[0] == '"' && text[n] == '"' && !strings.Contains(text[1:n], `"`) {
		text = text[1:n]
	}
	return strings.NewReplacer(escape, escape+escape, `"`, escape+`"`, "$", escape+"$").Replace(text)
}
