// Package sl3006 is the rule copy-from-unknown.
package sl3006

import (
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3006",
		Name:     "copy-from-unknown",
		Aliases:  []string{"DL3022"},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "What is copied from is no stage, nor an image of a version",
			Why: "A name after --from that is no stage means a named context of the build, if there is one, or else an image, and without a tag the newest. " +
				"It may be a stage whose name was changed. Name the image with a version, or best in a FROM of its own.",
			Bad:  "FROM php:8.4\nCOPY --from=composer /usr/bin/composer /usr/bin/\n",
			Good: "FROM php:8.4\nCOPY --from=composer:2.8 /usr/bin/composer /usr/bin/\n",
			More: []rule.Example{
				{Name: "a mount", Dockerfile: "FROM php:8.4\nRUN --mount=from=tools,target=/t a\n", Lines: []int{2}},
				{Name: "the newest", Dockerfile: "FROM php:8.4\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n", Lines: []int{2}, Aliases: []string{""}},
				{Name: "stages", Dockerfile: "FROM php:8.4 AS a\nFROM php:8.4\nCOPY --from=a /b /c\nCOPY --from=0 /b /c\nRUN --mount=from=a,target=/a b\n"},
				{Name: "other rules speak of slips and of later stages", Dockerfile: "FROM php:8.4 AS build\nFROM php:8.4\nCOPY --from=buidl /b /c\nCOPY --from=late /b /c\nFROM php:8.4 AS late\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy---from"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		switch c := i.Command.(type) {
		case *dockerfile.Copy:
			if c.FromStage == nil {
				look(p, c.From)
			}
		case *dockerfile.Run:
			for _, m := range c.Mounts {
				if m.FromStage == nil {
					look(p, m.From)
				}
			}
		}
	}
}

func look(p *rule.Pass, v dockerfile.Value) {
	r, ok := reference.Parse(v.Raw)
	if !ok || v.Raw == "scratch" || r.Digest != "" || r.Tag != "" && r.Tag != "latest" {
		return
	}
	if slices.ContainsFunc(p.File.Findings, func(f finding.Finding) bool { return f.ID == dockerfile.BadStageReference && f.Span == v.Span }) {
		return
	}
	f := finding.Finding{
		Span:    v.Span,
		Message: "there is no stage " + v.Raw + ", so it means a named context, or the newest image of that name",
		Hint:    "name a stage, or an image with its version",
	}
	if r.Tag == "latest" {
		f.Message = v.Raw + " is whatever is newest"
		f.Aliases = []string{}
	}
	p.Report(f)
}
