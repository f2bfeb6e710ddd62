// Package sl0025 is the rule invalid-base.
package sl0025

import (
	"strings"

	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL0025.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0025",
		Name:     "invalid-base",
		Aliases:  []string{"InvalidDefaultArgInFrom"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "What stands after FROM is no reference to an image",
			Why: "A reference is a name in lower case with a tag or a digest. If ARGs without a good default make it up, every build must set them, " +
				"and tools that read the file alone fail; then it is a warning.",
			Bad:  "FROM Alpine:3.22\n",
			Good: "FROM alpine:3.22\n",
			More: []rule.Example{
				{Name: "a tag without default", Dockerfile: "ARG VERSION\nFROM busybox:$VERSION\n", Lines: []int{2}},
				{Name: "a tag with default", Dockerfile: "ARG VERSION=1\nFROM busybox:$VERSION\n"},
				{Name: "a part", Dockerfile: "ARG SFX=\"box:\"\nFROM busy${SFX}\n", Lines: []int{2}},
				{Name: "nothing at all is another rule's", Dockerfile: "ARG IMAGE\nFROM $IMAGE\n"},
				{Name: "a stage and scratch", Dockerfile: "FROM scratch AS a__b.\nFROM a__b.\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		base := p.File.DefaultBase(s)
		if s.Parent != nil || s.Base.Text == "" || strings.Contains(base.Text, "$") {
			continue // a stage; reported as SL0020: nothing, or can't be expanded
		}
		if _, ok := reference.Parse(base.Text); ok {
			continue
		}
		f := finding.Finding{
			Span:    s.Base.Span,
			Message: base.Text + " is no reference to an image",
			Hint:    "write name:tag, in lower case",
		}
		if len(base.Used)+len(base.Missing) > 0 {
			f.Severity = finding.Warning
			f.Message = "without build arguments " + s.Base.Raw + " comes to " + base.Text + ", which is no reference to an image"
			f.Hint = "give the ARG a default value"
		}
		p.Report(f)
	}
}
