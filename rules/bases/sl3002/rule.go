// Package sl3002 is the rule untrusted-registry.
package sl3002

import (
	"path"
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3002.
func Rule() *rule.Rule {
	trusted := rule.Setup{Settings: rule.Settings{TrustedRegistries: []string{"registry.example.com", "*.example.org"}}}
	return &rule.Rule{
		ID:       "SL3002",
		Name:     "untrusted-registry",
		Aliases:  []string{"DL3026"},
		Category: rule.Security,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "An image comes from a registry that is not trusted",
			Why:   "The settings can name the registries that images may come from, as FROM, COPY --from and mounts name them. An image without a registry is one of docker.io. Without that setting the rule says nothing.",
			Bad:   "FROM python:3.13\n",
			Good:  "FROM registry.example.com/python:3.13\n",
			Setup: trusted,
			More: []rule.Example{
				{Name: "wildcards", Dockerfile: "FROM a.example.org/b:1\nFROM example.org/b:1\n", Setup: trusted, Lines: []int{2}},
				{Name: "stages and scratch", Dockerfile: "FROM scratch AS a\nFROM a\nCOPY --from=0 /x /y\n", Setup: trusted},
				{Name: "other references", Dockerfile: "FROM scratch\nCOPY --from=nginx:1 /a /b\nRUN --mount=from=registry.example.com/c,target=/c --mount=from=quay.io/d,target=/d e\n", Setup: trusted, Lines: []int{2, 3}},
				{Name: "all are", Dockerfile: "FROM a\nFROM quay.io/b\n", Setup: rule.Setup{Settings: rule.Settings{TrustedRegistries: []string{"*"}}}},
				{Name: "names of the usual registry", Dockerfile: "FROM a:1\nFROM b/c:1\nFROM docker.io/b/c:1\nFROM index.docker.io/b/c\n", Setup: rule.Setup{Settings: rule.Settings{TrustedRegistries: []string{"docker.io"}}}},
				{Name: "nothing is asked for", Dockerfile: "FROM a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if len(p.Settings.TrustedRegistries) == 0 {
		return
	}
	for _, s := range p.File.Stages {
		if s.Parent == nil && s.Base.Text != "scratch" {
			look(p, s.Base)
		}
	}
	for i := range p.Instructions() {
		switch c := i.Command.(type) {
		case *dockerfile.Copy:
			if c.From.Raw != "" && c.FromStage == nil {
				look(p, c.From)
			}
		case *dockerfile.Run:
			for _, m := range c.Mounts {
				if m.From.Raw != "" && m.FromStage == nil {
					look(p, m.From)
				}
			}
		}
	}
}

func look(p *rule.Pass, v dockerfile.Value) {
	r, ok := reference.Parse(v.Text)
	if !ok || isTrusted(r.Registry, p.Settings.TrustedRegistries) {
		return
	}
	p.Report(finding.Finding{
		Span:    v.Span,
		Message: "images from " + r.Registry + " are not trusted here",
		Hint:    "use one from a registry that the settings name",
	})
}

func isTrusted(registry string, trusted []string) bool {
	return slices.ContainsFunc(trusted, func(pattern string) bool {
		if pattern == "hub.docker.com" {
			pattern = reference.Hub // what people call it
		}
		ok, err := path.Match(pattern, registry)
		return err == nil && ok
	})
}
