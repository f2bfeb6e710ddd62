// Package sl1110 is the rule cache-mount-missing.
package sl1110

import (
	"fmt"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
)

// Rule is SL1110.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1110",
		Name:     "cache-mount-missing",
		Category: rule.Cache,
		Severity: finding.Info,
		Off:      "it asks for a mount in nearly each RUN that installs, which is a matter of taste while builds are quick",
		Doc: rule.Doc{
			Title: "A package manager starts with an empty cache each time",
			Why: "When one line of the lock file changes, everything is downloaded and compiled again, since the layer before knows nothing of it. " +
				"A cache mount keeps downloads and builds from one build to the next, and none of it gets into the image.",
			Bad:  "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n",
			Good: "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n    CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n",
			More: []rule.Example{
				{
					Name:       "mounted; what cleans up has decided otherwise",
					Dockerfile: "FROM python\nRUN --mount=type=cache,target=/root/.cache/pip pip install a\nRUN pip install --no-cache-dir b\nRUN npm ci && npm cache clean --force\n",
				},
				{
					Name:       "a mount belongs to root unless it says otherwise",
					Dockerfile: "FROM node\nUSER 1000:1001\nRUN npm ci\nUSER node\nRUN npm ci\n",
					Lines:      []int{3, 5},
					Fixed:      "FROM node\nUSER 1000:1001\nRUN --mount=type=cache,target=/home/1000/.npm,uid=1000,gid=1001 npm ci\nUSER node\nRUN npm ci\n",
				},
				{
					Name:       "apt needs both of its directories, and nobody beside it",
					Dockerfile: "FROM debian AS build\nRUN apt-get update && apt-get install -y gcc\nFROM debian\nCOPY --from=build /a /a\n",
					Lines:      []int{2},
					Fixed:      "FROM debian AS build\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n    --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n    apt-get update && apt-get install -y gcc\nFROM debian\nCOPY --from=build /a /a\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/cache/optimize/#use-cache-mounts"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		left := calls.LeftIn(p, i)
		if len(left) == 0 {
			continue
		}
		var mounts []string
		for _, l := range left {
			if flag, ok := l.MountFlag(); ok {
				mounts = append(mounts, flag)
			}
		}
		p.Report(finding.Finding{
			Span:    left[0].By.CallSpan(),
			Message: fmt.Sprintf("%s starts with an empty cache each time", left[0].By.Program),
			Hint:    "mount a cache at " + left[0].Mount,
			Fixes:   fixes(p.File, i, mounts),
		})
	}
}

func fixes(f *dockerfile.File, i *dockerfile.Instruction, mounts []string) []finding.Fix {
	if len(mounts) == 0 {
		return nil
	}
	return []finding.Fix{{Title: "mount caches", Safety: finding.Suggestion, Edits: edit.Mount(f, i, mounts...)}}
}
