// Package sl3013 is the rule base-digest.
package sl3013

import (
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3013",
		Name:     "base-digest",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Info,
		Off:      "a digest keeps fixes away as well as surprises, so it is good only where a bot renews it",
		Doc: rule.Doc{
			Title: "The base image is not pinned by its digest",
			Why:   "A tag can be moved to another image, by its maker or by someone who got into the account. With a digest the build uses exactly the image that was reviewed. Let a bot such as Renovate or Dependabot renew it, or fixes never arrive.",
			Bad:   "FROM debian:13-slim\n",
			Good:  "FROM debian:13-slim@sha256:a347fd7510ee31a84387619a492ad6c8eb0af2f2682b916ff3e643eb076f925a\n",
			More: []rule.Example{
				{Name: "scratch and stages", Dockerfile: "FROM scratch AS a\nFROM a\n"},
				{Name: "what is not known", Dockerfile: "ARG BASE\nFROM $BASE\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		r, ok := reference.Parse(s.Base.Text)
		if s.Parent == nil && s.Base.Text != "scratch" && ok && r.Digest == "" {
			p.Report(finding.Finding{
				Span:    s.Base.Span,
				Message: s.Base.Text + " is not pinned by a digest",
				Hint:    "add @sha256:… after the tag",
			})
		}
	}
}
