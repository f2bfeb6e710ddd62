// Package sl3009 is the rule base-not-slim.
package sl3009

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/siblings"
	"schlank/source"
)

// Rule is SL3009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3009",
		Name:     "base-not-slim",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The base image has a slim sibling",
			Why: "python, node and others come in full, with compilers, headers and version control for whatever an extension may want to build, and slim, with the language alone: less to pull, and fewer holes to close. " +
				"If something has to be compiled, do that in an earlier stage and copy the result.",
			Bad:  "FROM python:3.13\nCOPY app.py /\nCMD [\"python\", \"app.py\"]\n",
			Good: "FROM python:3.13-slim\nCOPY app.py /\nCMD [\"python\", \"app.py\"]\n",
			More: []rule.Example{
				{Name: "variables stay", Dockerfile: "ARG V=24\nFROM node:${V}\n", Lines: []int{2}, Fixed: "ARG V=24\nFROM node:${V}-slim\n"},
				{Name: "the release goes last", Dockerfile: "FROM python:3.13-trixie AS app\n", Lines: []int{1}, Fixed: "FROM python:3.13-slim-trixie AS app\n"},
				{Name: "of a parent", Dockerfile: "FROM node:24 AS base\nFROM base\nCMD [\"node\"]\n", Lines: []int{1}},
				{Name: "builders may be fat", Dockerfile: "FROM node:24 AS build\nRUN npm ci\nFROM node:24-slim\nCOPY --from=build /a /b\n"},
				{Name: "slim already, or nothing known", Dockerfile: "FROM python:3.13-alpine\nFROM nginx:1.29\nFROM example.com/python:3\nFROM python:3.13-windowsservercore\nFROM debian:13-backports\n"},
				{Name: "a smaller matter", Dockerfile: "FROM debian:13\n", Lines: []int{1}, Fixed: "FROM debian:13-slim\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/docker-library/docs/blob/master/python/README.md#image-variants", "https://github.com/docker-library/docs/blob/master/node/README.md#image-variants"},
		},
		Run: run,
	}
}

// worthAWarning is how much a sibling must save to be more than a note.
const worthAWarning = 100_000_000

func run(p *rule.Pass) {
	var seen []*dockerfile.Stage
	for _, s := range p.File.Stages {
		root := s.Root()
		if !p.Shipped(s) || slices.Contains(seen, root) {
			continue
		}
		seen = append(seen, root)
		look(p, root.Base)
	}
}

func look(p *rule.Pass, base dockerfile.Value) {
	r, ok := reference.Parse(base.Text)
	if !ok || !base.Known || r.Official() == "" || hasNone(r.Tag) {
		return
	}
	sibling, err := siblings.Find(base.Text, "")
	if err != nil || sibling.Slim || !sibling.Same {
		return
	}
	f := finding.Finding{
		Span:    base.Span,
		Message: fmt.Sprintf("%s has the same in some %d MB less", sibling.Ref, sibling.Saves/1_000_000),
		Hint:    "use it, and compile in an earlier stage what has to be compiled",
		Cost:    finding.Cost{Bytes: sibling.Saves, Basis: finding.Estimated},
	}
	if sibling.Saves < worthAWarning {
		f.Severity = finding.Info
	}
	if edit, ok := slimmed(base, sibling.Ref); ok {
		f.Fixes = []finding.Fix{{Title: "use " + sibling.Ref, Safety: finding.Suggestion, Edits: []source.Edit{edit}}}
	}
	p.Report(f)
}

// hasNone reports whether there is no slim variant of a tag's variant.
func hasNone(tag string) bool {
	return slices.ContainsFunc([]string{"windowsservercore", "nanoserver", "backports", "onbuild", "experimental", "rc-buggy"},
		func(variant string) bool { return strings.Contains(tag, variant) })
}

// slimmed is the edit that names the sibling, and keeps variables where its
// name only adds to that of the base.
func slimmed(base dockerfile.Value, sibling string) (source.Edit, bool) {
	if more, ok := strings.CutPrefix(sibling, base.Text); ok && !strings.ContainsAny(base.Raw, `"'`) {
		return source.Insert(base.Span.End, more), true
	}
	return source.Edit{Span: base.Span, New: sibling}, !strings.Contains(base.Raw, "$")
}
