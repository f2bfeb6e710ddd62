// Package sl2015 is the rule sources-left.
package sl2015

import (
	"path"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
)

// Rule is SL2015.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2015",
		Name:     "sources-left",
		Aliases:  []string{"parfum:mkdirUsrSrcThenRemove"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "Sources stay in the image after they are built",
			Why:   "What is in /usr/src is there to build from. Once make install has run nothing needs it; delete it in the same RUN, or build in another stage.",
			Bad:   "FROM debian:12\nRUN mkdir -p /usr/src/tool && curl -fsS https://example.com/tool.tgz | tar -xz -C /usr/src/tool && make -C /usr/src/tool install\n",
			Good:  "FROM debian:12\nRUN mkdir -p /usr/src/tool && curl -fsS https://example.com/tool.tgz | tar -xz -C /usr/src/tool && make -C /usr/src/tool install && rm -r /usr/src/tool\n",
			More: []rule.Example{
				{Name: "an application that runs from there", Dockerfile: "FROM python:3.12\nRUN mkdir -p /usr/src/app\nWORKDIR /usr/src/app\nCOPY . .\n"},
				{Name: "a builder", Dockerfile: "FROM debian:12 AS b\nRUN mkdir -p /usr/src/x && make install\nFROM debian:12\nCOPY --from=b /usr/local /usr/local\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "mkdir" || c.In.Stage == nil || !p.Shipped(c.In.Stage) || !installs(c) {
			continue
		}
		for _, k := range c.Args(shellcmd.Options{Values: []string{"-m"}}).Operands {
			w := c.Words[k]
			name := path.Clean(w.Value)
			if !w.Static || !strings.HasPrefix(name, "/usr/src/") || deleted(p, c, name) {
				continue
			}
			p.Report(finding.Finding{
				Span:    w.Orig,
				Message: name + " stays in the layer after it is built",
				Hint:    "delete it at the end of this RUN, or build in another stage",
			})
		}
	}
}

// installs reports whether the RUN installs something elsewhere that it has
// built.
func installs(c rule.Shell) bool {
	for _, later := range c.Script.Commands[c.Index+1:] {
		e := later.Effective()
		if e.Name != "make" && e.Name != "ninja" && e.Name != "cmake" {
			continue
		}
		for _, w := range e.Words[1:] {
			if w.Value == "install" || w.Value == "--install" {
				return true
			}
		}
	}
	return false
}

// deleted reports whether the RUN deletes the directory.
func deleted(p *rule.Pass, c rule.Shell, name string) bool {
	for _, e := range trace.Events(p)[c.In.Stage.Index] {
		if e.In == c.In && e.Kind == trace.Deleted && trace.Takes(e, trace.Event{Path: name, Tree: true}) {
			return true
		}
	}
	return false
}
