// Package sl1116 is the rule cache-mount-unused.
package sl1116

import (
	"fmt"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1116.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1116",
		Name:     "cache-mount-unused",
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A cache is mounted, and the package manager is told to do without",
			Why: "A cache mount is no part of the image, so nothing has to be kept out of it. With --no-cache-dir, --no-cache or a variable that says the same " +
				"it stays empty, and each build downloads everything again.",
			Bad:  "FROM python:3.13-slim\nCOPY requirements.txt .\nRUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir -r requirements.txt\n",
			Good: "FROM python:3.13-slim\nCOPY requirements.txt .\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n",
			More: []rule.Example{
				{
					Name:       "the environment says so",
					Dockerfile: "FROM a\nENV PIP_NO_CACHE_DIR=1\nRUN --mount=type=cache,target=/root/.cache/pip pip install b\nRUN --mount=type=cache,target=/root/.cache/uv UV_NO_CACHE=1 uv sync\n",
					Lines:      []int{3, 4},
				},
				{
					Name:       "apk reads lists from its cache, too",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/var/cache/apk,sharing=locked apk --no-cache add b\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN --mount=type=cache,target=/var/cache/apk,sharing=locked apk add b\n",
				},
				{
					Name:       "another cache is mounted, or a file system in memory",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/root/.npm pip install --no-cache-dir b\nRUN --mount=type=tmpfs,target=/root/.cache pip install --no-cache-dir b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/cache/optimize/#use-cache-mounts"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		for _, cache := range c.Avoids(c.Env, c.Home()) {
			if calls.MountOf(c.Run, cache, "cache") != nil {
				p.Report(report(p, c))
				break
			}
		}
	}
}

func report(p *rule.Pass, c calls.Call) finding.Finding {
	f := finding.Finding{
		Span:    c.CallSpan(),
		Message: fmt.Sprintf("%s is told to do without the cache that is mounted", c.Program),
		Hint:    "leave the variable out",
	}
	if s := c.Setting(pkgmgr.NoCache); s != nil {
		f.Span, f.Hint = s.Span, "leave "+s.Flag+" out"
		f.Fixes = []finding.Fix{{
			Title: "remove " + s.Flag, Safety: finding.Equivalent,
			Edits: []source.Edit{edit.Drop(p.File, c.Action.Words, s.Word)},
		}}
	}
	return f
}
