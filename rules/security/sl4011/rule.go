// Package sl4011 is the rule add-unverified.
package sl4011

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4011",
		Name:     "add-unverified",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "ADD takes what a server sends as it comes",
			Why: "Today's file may be another than yesterday's, and nobody would notice. With --checksum the build fails if the content is not the expected one; " +
				"a Git repository is fixed by the hash of a commit, or at least a tag, after #.",
			Bad:  "FROM debian:12\nADD https://example.com/app.tar.gz /opt/\n",
			Good: "FROM debian:12\nADD --checksum=sha256:0b6f1c5f5d0f6f2b3f4ad1f2c8a77eeb1b4c4f3a2d1e0f9c8b7a6958473625140 https://example.com/app.tar.gz /opt/\n",
			More: []rule.Example{
				{Name: "repositories", Dockerfile: "FROM debian:12\nADD https://github.com/a/b.git /b\nADD git@github.com:a/b.git /c\nADD https://github.com/a/b.git#v1.2 /d\n", Lines: []int{2, 3}},
				{Name: "files of the context", Dockerfile: "FROM debian:12\nADD app.tar.gz /opt/\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#add---checksum", "https://docs.docker.com/reference/dockerfile/#adding-files-from-a-git-repository"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		c, ok := in.Command.(*dockerfile.Copy)
		if !ok || !c.Add || c.Checksum.Text != "" {
			continue
		}
		for _, s := range c.Sources {
			switch address, fragment, _ := strings.Cut(s.Text, "#"); {
			case strings.HasSuffix(address, ".git") && (strings.Contains(address, "://") || strings.HasPrefix(address, "git@")):
				if fragment == "" {
					p.Report(finding.Finding{
						Span:    s.Span,
						Message: "the default branch is another one tomorrow",
						Hint:    "name a commit or a tag: " + s.Text + "#v1.2.3",
					})
				}
			case strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://"):
				p.Report(finding.Finding{
					Span:    s.Span,
					Message: "nothing tells whether this is the expected file",
					Hint:    "add --checksum=sha256:…",
				})
			}
		}
	}
}
