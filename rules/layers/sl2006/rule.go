// Package sl2006 is the rule manifests-after-sources.
package sl2006

import (
	"fmt"

	"schlank/finding"
	"schlank/rule"
)

// Rule is SL2006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2006",
		Name:     "manifests-after-sources",
		Aliases:  []string{},
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Every change of the sources installs all dependencies again",
			Why: "A layer is made again when anything that an earlier COPY brings has changed. If all sources are copied before the dependencies are installed, a change in one line of code downloads and installs everything. " +
				"Copy the files that list the dependencies first, install, then copy the rest.",
			Bad:  "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"index.js\"]\n",
			Good: "FROM node:22\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nCMD [\"node\", \"index.js\"]\n",
			Setup: rule.Setup{Files: map[string]string{
				"package.json": "{}\n", "package-lock.json": "{}\n", "index.js": "x\n",
			}},
			More:  examples(),
			Since: "0.2",
			Sources: []string{
				"https://docs.docker.com/build/cache/optimize/#order-your-layers",
				"https://docs.docker.com/build/building/best-practices/#leverage-build-cache",
			},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		for _, in := range s.Instructions {
			i, ok := installIn(p, in)
			if !ok {
				continue
			}
			src, ok := sourcesBefore(p, i)
			if !ok {
				continue
			}
			line, _ := p.File.Source.Position(src.in.KeywordSpan.Start)
			f := finding.Finding{
				Span:    i.call.CallSpan(),
				Message: fmt.Sprintf("each change of what line %d copies runs %s again", line, i.call.Program),
				Hint:    "copy " + hint(i) + " first, install, then copy the rest",
			}
			if x, ok := fix(p, i, src); ok {
				f.Fixes = []finding.Fix{x}
			}
			p.Report(f)
			// One finding a stage: what follows is made again anyway.
			break
		}
	}
}
