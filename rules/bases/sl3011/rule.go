// Package sl3011 is the rule unreachable-stage.
package sl3011

import (
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL3011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3011",
		Name:     "unreachable-stage",
		Aliases:  []string{},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Nothing uses a stage",
			Why:   "A stage that no other uses, that is not the last and that has no name is never built: --target can't even ask for it but by its number. Older builders build it all the same, for nothing. A stage with a name is left alone, it may be a target of its own.",
			Bad:   "FROM golang:1.25 AS build\nRUN go build -o /app .\n\n# the old way\nFROM debian:13-slim\nCOPY app /app\n\nFROM scratch\nCOPY --from=build /app /app\n",
			Good:  "FROM golang:1.25 AS build\nRUN go build -o /app .\n\nFROM scratch\nCOPY --from=build /app /app\n",
			More: []rule.Example{
				{Name: "used by its number", Dockerfile: "FROM alpine:3.22\nFROM scratch\nCOPY --from=0 /a /b\n"},
				{Name: "a target of its own", Dockerfile: "FROM alpine:3.22 AS test\nFROM scratch\n"},
				{Name: "numbers would change", Dockerfile: "FROM alpine:3.21\nFROM alpine:3.22\nFROM scratch\nCOPY --from=1 /a /b\n", Lines: []int{1}, Fixed: "FROM alpine:3.21\nFROM alpine:3.22\nFROM scratch\nCOPY --from=1 /a /b\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/#differences-between-legacy-builder-and-buildkit"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	used := map[*dockerfile.Stage]bool{p.Final(): true}
	for _, s := range p.File.Stages {
		for _, d := range s.Deps {
			used[d.Stage] = true
		}
	}
	for _, s := range p.File.Stages {
		if used[s] || s.Name != "" {
			continue
		}
		f := finding.Finding{
			Span:    s.From.Bare(),
			Message: "no other stage uses this one, and it has no name to build it by",
			Hint:    "remove it, or give it a name",
		}
		if !numbered(p) && !leavesDirective(p, s) {
			f.Fixes = []finding.Fix{{Title: "remove it", Safety: finding.Suggestion, Edits: []source.Edit{source.Delete(s.Span)}}}
		}
		p.Report(f)
	}
}

// leavesDirective reports whether a comment would come to stand at the top of
// the file, where it may mean something.
func leavesDirective(p *rule.Pass, s *dockerfile.Stage) bool {
	return s.Index == 0 && strings.HasPrefix(strings.TrimSpace(p.Text(source.Span{Start: s.Span.End, End: len(p.File.Source.Bytes)})), "#")
}

// numbered reports whether some stage is referred to by its number, which
// removing another would change.
func numbered(p *rule.Pass) bool {
	for i := range p.Instructions() {
		if c, ok := i.Command.(*dockerfile.Copy); ok {
			if _, err := strconv.Atoi(c.From.Raw); err == nil {
				return true
			}
		}
	}
	return false
}
