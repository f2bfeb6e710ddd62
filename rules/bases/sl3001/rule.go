// Package sl3001 is the rule base-tag.
package sl3001

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3001",
		Name:     "base-tag",
		Aliases:  []string{"DL3006", "DL3007", "DS-0001", "DKL-DI-0006", "CKV_DOCKER_7"},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The base image has no version",
			Why:   "Without a tag, or with latest, the base is whatever is newest on the day of the build. The same Dockerfile then builds another image tomorrow, on another release of the distribution, and old versions can't be built again.",
			Bad:   "FROM debian\nFROM python:latest\n",
			Good:  "FROM debian:13\nFROM python:3.13\n",
			More: []rule.Example{
				{Name: "which is which", Dockerfile: "FROM debian AS a\nFROM test.example.com:3000/openjdk:latest\n", Lines: []int{1, 2}, Aliases: []string{"DL3006,DS-0001,DKL-DI-0006,CKV_DOCKER_7", "DL3007,DS-0001,DKL-DI-0006,CKV_DOCKER_7"}},
				{Name: "scratch and stages", Dockerfile: "FROM scratch AS a\nFROM a\nFROM debian:13\n"},
				{Name: "a digest is a version", Dockerfile: "FROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000\nFROM debian:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000\n"},
				{Name: "variables", Dockerfile: "ARG REGISTRY\nARG V=1 L=latest BASE\nFROM ${REGISTRY}/ubuntu\nFROM debian:$V\nFROM debian:$L\nFROM $BASE\nFROM x$BASE\n", Lines: []int{3, 5, 7}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if s.Parent != nil || s.Base.Text == "scratch" {
			continue
		}
		r, ok := read(s.Base)
		if !ok || r.Digest != "" {
			continue
		}
		switch r.Tag {
		case "":
			p.Report(finding.Finding{
				Span:    s.Base.Span,
				Message: s.Base.Text + " has no tag, so it is the newest",
				Hint:    "name a version: " + s.Base.Text + ":…",
				Aliases: []string{"DL3006", "DS-0001", "DKL-DI-0006", "CKV_DOCKER_7"},
			})
		case "latest":
			p.Report(finding.Finding{
				Span:    s.Base.Span,
				Message: s.Base.Text + " is whatever is newest",
				Hint:    "name a version",
				Aliases: []string{"DL3007", "DS-0001", "DKL-DI-0006", "CKV_DOCKER_7"},
			})
		}
	}
}

// read is the reference after FROM. Where a variable without value makes up a
// part of it, the part after the last slash counts if it has none.
func read(base dockerfile.Value) (reference.Reference, bool) {
	if len(base.Missing) == 0 {
		return reference.Parse(base.Text)
	}
	last := base.Raw[strings.LastIndexByte(base.Raw, '/')+1:]
	if strings.HasPrefix(last, "$") || strings.Contains(last, ":") {
		return reference.Reference{}, false
	}
	return reference.Parse(base.Text[strings.LastIndexByte(base.Text, '/')+1:])
}
