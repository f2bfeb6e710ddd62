// Package sl2005 is the rule junk-copied.
package sl2005

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/junk"
	"schlank/rules/layers/trace"
)

// Rule is SL2005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2005",
		Name:     "junk-copied",
		Aliases:  []string{"DKL-LI-0003"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A history, an environment or a cache is copied by name",
			Why: "What is in .git a running program does not need; packages in node_modules or a virtual environment were installed for the developer's machine, " +
				"with its paths, its system and its tests. Install them in the image, or copy them from a stage that has.",
			Bad:  "FROM node:22\nWORKDIR /app\nCOPY node_modules ./node_modules\nCOPY src ./src\n",
			Good: "FROM node:22\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY src ./src\n",
			More: []rule.Example{
				{Name: "histories and environments", Dockerfile: "FROM python:3.12\nCOPY .git/ /app/.git\nCOPY app .venv /app/\nADD ./venv /venv\n", Lines: []int{2, 3, 4}, Aliases: []string{"DKL-LI-0003", "", ""}},
				{Name: "from a stage it is made for the image", Dockerfile: "FROM node:22 AS deps\nRUN npm ci\nFROM node:22\nCOPY --from=deps /app/node_modules ./node_modules\nCOPY dist app.log.conf /app/\n"},
				{Name: "a builder may look at the history", Dockerfile: "FROM golang:1.23 AS build\nCOPY .git .git\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/concepts/context/#dockerignore-files"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		c, ok := in.Command.(*dockerfile.Copy)
		if !ok || c.From.Text != "" || in.Stage == nil || !p.Shipped(in.Stage) {
			continue
		}
		for _, s := range c.Sources {
			name := trace.InContext(s.Text)
			kind := junk.Kind(name)
			if kind == "" || strings.Contains(s.Text, "://") {
				continue
			}
			f := finding.Finding{
				Span:    s.Span,
				Message: name + " is " + kind,
				Hint:    "leave it out, and name it in .dockerignore",
				Aliases: []string{},
			}
			switch path.Base(name) {
			case ".git", ".cache", ".vscode", ".idea", ".DS_Store":
				f.Aliases = []string{"DKL-LI-0003"}
			}
			if p.Context != nil {
				if info, ok := p.Context.Stat(name); ok && info.Size > 0 {
					f.Cost = finding.Cost{Bytes: info.Size, Basis: finding.Measured}
				}
			}
			p.Report(f)
		}
	}
}
