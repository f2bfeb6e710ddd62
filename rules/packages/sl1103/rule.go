// Package sl1103 is the rule language-cache-left.
package sl1103

import (
	"fmt"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
)

// Rule is SL1103.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:   "SL1103",
		Name: "language-cache-left",
		Aliases: []string{
			"DL3042", "DL3060", "parfum:pipUseNoCacheDir", "parfum:npmCacheCleanAfterInstall", "parfum:yarnCacheCleanAfterInstall",
		},
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "package-cache",
		Doc: rule.Doc{
			Title: "The cache of a language's package manager stays in a layer",
			Why: "pip, npm, yarn, go, cargo, Maven and their like keep what they downloaded or compiled for the next time. An image has no next time. " +
				"With a cache mount the next build is faster and the image holds nothing of it; without, the cache has to go in the RUN that filled it.",
			Bad:  "FROM python:3.13-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
			Good: "FROM python:3.13-slim\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
			More: []rule.Example{
				{
					Name:       "where there is no flag, a command cleans up",
					Dockerfile: "FROM node:22\nRUN npm ci\nRUN yarn install\n",
					Lines:      []int{2, 3},
					Aliases:    []string{"parfum:npmCacheCleanAfterInstall", "DL3060,parfum:yarnCacheCleanAfterInstall"},
					Fixed:      "FROM node:22\nRUN npm ci && npm cache clean --force\nRUN yarn install && yarn cache clean\n",
				},
				{
					Name:       "told by the environment, mounted, removed, or a builder's",
					Dockerfile: "FROM golang AS build\nRUN go build ./...\nFROM python\nCOPY --from=build /a /a\nENV PIP_NO_CACHE_DIR=1\nRUN pip install a\nRUN --mount=type=cache,target=/root/.npm npm ci\nRUN npm ci && rm -rf ~/.npm\n",
				},
				{
					Name:       "a store whose files are those of the installed packages",
					Dockerfile: "FROM a\nRUN pnpm install --prod\nRUN uv sync\n",
				},
				{
					Name:       "what a later command reads again is not emptied",
					Dockerfile: "FROM golang\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache go build -o /app .\n",
					Lines:      []int{4, 6},
					Fixed:      "FROM golang\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache go build -o /app . && go clean -modcache\n",
					Safety:     finding.Equivalent,
				},
				{
					Name:       "a program that may not be there",
					Dockerfile: "FROM a\nRUN if command -v npm; then npm ci; fi\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN if command -v npm; then npm ci; fi\n",
					Safety:     finding.Equivalent,
				},
				{
					Name:       "all calls that fill it",
					Dockerfile: "FROM a\nRUN pip install b && pip install c && pip install --no-cache-dir d\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN pip install --no-cache-dir b && pip install --no-cache-dir c && pip install --no-cache-dir d\n",
				},
				{
					Name:       "Yarn 2 and later may load packages from it",
					Dockerfile: "FROM node:22\nCOPY package.json yarn.lock .yarnrc.yml ./\nRUN yarn install\nFROM node:22\nRUN yarn --immutable\n",
					Lines:      []int{3, 5},
					Safety:     finding.Equivalent,
					Fixed:      "FROM node:22\nCOPY package.json yarn.lock .yarnrc.yml ./\nRUN yarn install\nFROM node:22\nRUN yarn --immutable\n",
				},
				{
					Name:       "Windows has it elsewhere",
					Dockerfile: "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN npm ci\n",
					Lines:      []int{2},
					Safety:     finding.Suggestion,
					Fixed:      "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN npm ci\n",
				},
				{
					Name:       "before the program itself is removed",
					Dockerfile: "FROM alpine\nRUN apk add --no-cache -t .d npm && npm ci && npm run build && apk del .d\n",
					Lines:      []int{2},
					Fixed:      "FROM alpine\nRUN apk add --no-cache -t .d npm && npm ci && npm cache clean --force && npm run build && apk del .d\n",
				},
				{
					Name:       "a variable that says no",
					Dockerfile: "FROM python\nENV PIP_NO_CACHE_DIR=off\nRUN pip install a\n",
					Lines:      []int{3},
					Aliases:    []string{"DL3042,parfum:pipUseNoCacheDir"},
				},
				{
					Name:       "in a builder stage that ships, go's caches count",
					Dockerfile: "FROM golang\nRUN go build -o /app .\n",
					Lines:      []int{2, 2},
				},
			},
			Since: "0.2",
			Sources: []string{
				"https://docs.docker.com/build/cache/optimize/#use-cache-mounts",
				"https://pip.pypa.io/en/stable/topics/caching/",
			},
		},
		Run: run,
	}
}

// aliases are the other tools' IDs for the cache of a program.
func aliases(c calls.Call) []string {
	switch c.Manager.Name {
	case "pip":
		return []string{"DL3042", "parfum:pipUseNoCacheDir"}
	case "npm":
		return []string{"parfum:npmCacheCleanAfterInstall"}
	case "yarn":
		return []string{"DL3060", "parfum:yarnCacheCleanAfterInstall"}
	}
	return []string{}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) {
			continue
		}
		for _, l := range calls.LeftIn(p, i) {
			if l.Manager.Ecosystem.System() || l.Linked {
				continue
			}
			p.Report(finding.Finding{
				Span:    l.By.CallSpan(),
				Message: fmt.Sprintf("what %s %s stays in the layer", l.By.Program, filled(l)),
				Hint:    hint(l),
				Aliases: aliases(l.By),
				Cost:    estimate.Cache(l.Cache),
				Fixes:   fixes(p, i, l),
			})
		}
	}
}

func hint(l calls.Left) string {
	if _, ok := l.MountFlag(); !ok {
		return "empty it in this RUN"
	}
	return "mount a cache at " + l.Mount + ", or empty it in this RUN"
}

func filled(l calls.Left) string {
	if l.Kind == pkgmgr.Builds {
		return "compiled on the way"
	}
	return "downloaded"
}

func fixes(p *rule.Pass, i *dockerfile.Instruction, l calls.Left) []finding.Fix {
	var out []finding.Fix
	if l.Manager.Name == "pip" {
		out = append(out, finding.Fix{Title: "add --no-cache-dir", Safety: finding.Equivalent, Edits: l.Flag("--no-cache-dir")})
	} else if l.Needed(p) || calls.YarnBerry(p, l.By) {
		// To empty it would make a later command download it all again, or
		// take packages away that are loaded from it.
	} else if edits, ok := edit.InsertAfter(p.File, i, step(p, l), l.Remedy()); ok {
		out = append(out, finding.Fix{Title: "empty the cache in the same RUN", Safety: l.CleanUpSafety(), Edits: edits})
	}
	if mount, ok := l.MountFlag(); ok {
		out = append(out, finding.Fix{Title: "keep the cache in a mount", Safety: finding.Suggestion, Edits: edit.Mount(p.File, i, mount)})
	}
	return out
}

// step is the step of the RUN after which to empty the cache: the last, but
// where a later one removes packages the program may be among them, and so it
// is the step that fills the cache.
func step(p *rule.Pass, l calls.Left) int {
	after := false
	for _, c := range calls.Of(p, l.By.In) {
		if after && c.Verb == pkgmgr.Remove && c.Manager.Ecosystem.System() {
			return edit.StepOf(l.By.Run, l.By.Script, l.By.Index)
		}
		after = after || c.Script == l.By.Script && c.Index == l.By.Index
	}
	return len(l.By.Run.Script.Steps) - 1
}
