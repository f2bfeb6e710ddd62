// Package sl5014 is the rule mktemp-left.
package sl5014

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5014.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5014",
		Name:     "mktemp-left",
		Aliases:  []string{"parfum:rmRecursiveAfterMktempD"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A temporary directory stays in the layer",
			Why:   "Nobody clears /tmp in an image: what a RUN leaves in it is shipped. Delete the directory in the RUN that made it; a later one can't take it out of the layer.",
			Bad:   "FROM debian:12\nRUN d=\"$(mktemp -d)\" && curl -fsS https://example.com/x -o \"$d/x\" && install \"$d/x\" /usr/local/bin\n",
			Good:  "FROM debian:12\nRUN d=\"$(mktemp -d)\" && curl -fsS https://example.com/x -o \"$d/x\" && install \"$d/x\" /usr/local/bin && rm -r \"$d\"\n",
			More: []rule.Example{
				{Name: "it is deleted, or a file system in memory holds it", Dockerfile: "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN export D=\"$(mktemp -d)\"; a; rm -rf \"$D\"\nRUN --mount=type=tmpfs,target=/tmp mktemp -d && a\nRUN t=$(mktemp) && a\n"},
				{Name: "a builder's layers stay behind", Dockerfile: "FROM debian:12 AS b\nRUN mktemp -d\nFROM debian:12\nCOPY --from=b /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "mktemp" || !c.Args(shellcmd.Options{Values: []string{"-p", "--tmpdir", "--suffix"}}).Has("-d", "--directory") {
			continue
		}
		if c.In.Stage == nil || !p.Shipped(c.In.Stage) || inMemory(c) || removed(c) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "the temporary directory stays in the layer",
			Hint:    "delete it at the end of this RUN",
		})
	}
}

// inMemory reports whether /tmp is not part of the layer.
func inMemory(c rule.Shell) bool {
	for _, m := range c.Run.Mounts {
		if (m.Type == "tmpfs" || m.Type == "cache") && m.Target.Text == "/tmp" {
			return true
		}
	}
	return false
}

// removed reports whether a later command of the RUN deletes directories.
func removed(c rule.Shell) bool {
	for _, later := range c.Script.Commands[c.Index+1:] {
		e := later.Effective()
		if e.Name == "rm" && e.Args(shellcmd.Options{}).Has("-r", "-R", "--recursive") || e.Name == "trap" {
			return true
		}
	}
	return false
}
