// Package sl4012 is the rule git-clone-unpinned.
package sl4012

import (
	"slices"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4012",
		Name:     "git-clone-unpinned",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "git clone takes whatever the default branch holds",
			Why: "The layer cache keeps the clone of the day it was made, and a fresh build has another: two images of the same Dockerfile differ. " +
				"Name a tag with --branch, or check out a commit in the same RUN.",
			Bad:  "FROM debian:12\nRUN git clone --depth 1 https://example.com/tool.git /opt/tool\n",
			Good: "FROM debian:12\nRUN git clone --depth 1 --branch v1.4.2 https://example.com/tool.git /opt/tool\n",
			More: []rule.Example{
				{Name: "what fixes the version", Dockerfile: "FROM debian:12\nRUN git clone https://x.example/a && cd a && git checkout 1a2b3c\nRUN git clone -b v1 https://x.example/a && git clone https://x.example/b && git -C b reset --hard abc\nRUN git clone --revision=abc https://x.example/a\n"},
				{Name: "a branch is better than nothing", Dockerfile: "FROM debian:12\nRUN git clone --branch=main https://x.example/a && git fetch && git status\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://git-scm.com/docs/git-clone"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "git" {
			continue
		}
		args := c.Args(shellcmd.Options{Values: []string{"-C", "-c", "-b", "--branch", "--revision", "--depth", "-o", "-j"}})
		if len(args.Operands) < 2 || c.Words[args.Operands[0]].Value != "clone" || args.Has("-b", "--branch", "--revision") || pinned(c) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig.Hull(c.Words[args.Operands[0]].Orig),
			Message: "a fresh build clones another version than this one",
			Hint:    "name a tag with --branch, or check out a commit in the same RUN",
		})
	}
}

// pinned reports whether a later command of the RUN checks a version out.
func pinned(c rule.Shell) bool {
	for _, later := range c.Script.Commands[c.Index+1:] {
		e := later.Effective()
		if e.Name == "git" && slices.ContainsFunc(e.Words, func(w shellcmd.Word) bool {
			return slices.Contains([]string{"checkout", "reset", "switch"}, w.Text)
		}) {
			return true
		}
	}
	return false
}
