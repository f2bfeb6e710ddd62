// Package sl0024 is the rule undeclared-arg-in-from.
package sl0024

import (
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0024.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0024",
		Name:     "undeclared-arg-in-from",
		Aliases:  []string{"UndefinedArgInFrom"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "FROM uses a variable that no ARG declares",
			Why:   "FROM sees the ARGs before the first FROM, and the platform, but nothing of the stages. A variable that is not declared there becomes nothing, and --build-arg can't set it.",
			Bad:   "ARG TAG=3.22\nFROM alpine:3${TGA}\n",
			Good:  "ARG TAG=3.22\nFROM alpine:3${TAG}\n",
			More: []rule.Example{
				{Name: "the platform", Dockerfile: "FROM --platform=$BUILDPLATFROM alpine:3.22\n", Lines: []int{1}, Fixed: "FROM --platform=$BUILDPLATFORM alpine:3.22\n"},
				{Name: "declared without a value", Dockerfile: "ARG SUFFIX\nFROM alpine:3.22$SUFFIX\n"},
				{Name: "declared in a stage", Dockerfile: "FROM alpine:3.22\nARG V=1\nFROM alpine:3$V\n", Lines: []int{3}},
				{Name: "with a default", Dockerfile: "FROM alpine:${V:-3.22}\n", Lines: []int{1}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/undefined-arg-in-from/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	known := p.File.Args.Names()
	for _, i := range p.File.Global {
		if arg, ok := i.Command.(*dockerfile.Arg); ok {
			for _, v := range arg.Vars {
				known = append(known, v.Name)
			}
		}
	}
	for _, s := range p.File.Stages {
		for _, v := range []dockerfile.Value{s.Base, s.Platform} {
			for _, name := range v.Missing {
				if !slices.Contains(known, name) {
					p.Report(missing(v, name, known))
				}
			}
		}
	}
}

func missing(v dockerfile.Value, name string, known []string) finding.Finding {
	f := finding.Finding{
		Span:    v.Variable(name),
		Message: "FROM uses " + name + ", which is not declared",
		Hint:    "write ARG " + name + " before the first FROM",
	}
	if near := syntax.Nearest(name, known); near != "" {
		f.Hint = "did you mean " + near + "?"
		f.Fixes = []finding.Fix{{
			Title: "write " + near, Safety: finding.Suggestion, Edits: []source.Edit{{Span: f.Span, New: near}},
		}}
	}
	return f
}
