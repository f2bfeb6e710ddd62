// Package sl1111 is the rule cache-mount-shared.
package sl1111

import (
	"fmt"
	"path"
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1111.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1111",
		Name:     "cache-mount-shared",
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A cache mount that builds use at the same time has a manager that can't share it",
			Why: "apt, apk, dnf, conda and Gradle lock their caches, or break them when two of them write at once. Builds that run at the same time, such as those for two platforms, then fail now and then. " +
				"With sharing=locked one waits for the other.",
			Bad:  "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y --no-install-recommends curl\n",
			Good: "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y --no-install-recommends curl\n",
			More: []rule.Example{
				{
					Name:       "private is no less safe, pip shares",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/var/cache/apk,sharing=private apk add b\nRUN --mount=type=cache,target=/root/.cache/pip pip install b\nRUN --mount=type=cache,target=/var/cache/apt ls\n",
				},
				{
					Name:       "shared by name",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/var/cache/apk,sharing=shared apk add b\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN --mount=type=cache,target=/var/cache/apk,sharing=locked apk add b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#run---mounttypecache"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok {
			continue
		}
		seen := map[int]bool{}
		for _, c := range calls.Of(p, i) {
			for _, cache := range c.Fills(c.Env, c.Home()) {
				for _, m := range run.Mounts {
					if m.Type == "cache" && cache.Sharing == "locked" && (m.Sharing == "" || m.Sharing == "shared") && !seen[m.Flag] && covers(m, cache) {
						seen[m.Flag] = true
						p.Report(report(c, m))
					}
				}
			}
		}
	}
}

// covers reports whether a mount is for a cache, or has it inside.
func covers(m dockerfile.Mount, c pkgmgr.Cache) bool {
	target := path.Clean(m.Target.Text)
	return target == c.Mount || slices.Contains(c.Paths, target)
}

func report(c calls.Call, m dockerfile.Mount) finding.Finding {
	edits := []source.Edit{source.Insert(m.Span.End, ",sharing=locked")}
	for _, o := range m.Options {
		if o.Key == "sharing" {
			edits = []source.Edit{{Span: o.Span, New: "sharing=locked"}}
		}
	}
	return finding.Finding{
		Span:    m.Span,
		Message: fmt.Sprintf("%s can't share its cache with a build that runs at the same time", c.Program),
		Hint:    "add sharing=locked",
		Fixes:   []finding.Fix{{Title: "add sharing=locked", Safety: finding.Equivalent, Edits: edits}},
	}
}
