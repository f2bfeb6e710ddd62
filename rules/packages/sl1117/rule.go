// Package sl1117 is the rule cache-mount-emptied.
package sl1117

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1117.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1117",
		Name:     "cache-mount-emptied",
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A cache is mounted, and then emptied",
			Why: "What lies in a cache mount is no part of the image; it is there for the next build. Cleaning it up in the same RUN makes no image smaller, " +
				"and the next build start from nothing, as do all others that share the cache.",
			Bad: "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n    apt-get update \\\n    && apt-get install -y --no-install-recommends curl \\\n" +
				"    && rm -rf /var/lib/apt/lists/*\n",
			Good: "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n    apt-get update \\\n    && apt-get install -y --no-install-recommends curl\n",
			More: []rule.Example{
				{
					Name:       "by a command of the package manager",
					Dockerfile: "FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci && npm cache clean --force\n",
					Lines:      []int{2},
					Fixed:      "FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
				},
				{
					Name:       "with a cache that is in the layer",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/go/pkg/mod go build . && go clean -cache -modcache\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN --mount=type=cache,target=/go/pkg/mod go build . && go clean -cache -modcache\n",
				},
				{
					Name:       "with something else that has to go",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && rm -rf /var/lib/apt/lists/* /tmp/x\n",
					Lines:      []int{2},
				},
				{
					Name:       "what is not mounted has to go, and memory may be freed",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && rm -rf /var/lib/apt/lists/*\nRUN --mount=type=tmpfs,target=/root/.npm npm ci && npm cache clean --force\n",
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
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || len(run.Mounts) == 0 {
			continue
		}
		var mounted, others []pkgmgr.Cache
		for _, s := range calls.Steps(p, i) {
			for _, cache := range mounted {
				if s.Empties(cache, pkgmgr.Home(i.Before.User)) {
					p.Report(report(s, *calls.MountOf(run, cache, "cache"), others))
					break
				}
			}
			if s.Call == nil {
				continue
			}
			for _, cache := range s.Call.Fills(s.Call.Env, s.Call.Home()) {
				if calls.MountOf(run, cache, "cache") != nil {
					mounted = append(mounted, cache)
				} else {
					others = append(others, cache)
				}
			}
		}
	}
}

// report is the finding about a command that empties the cache in a mount;
// others are caches that lie in the layer.
func report(c calls.Step, m dockerfile.Mount, others []pkgmgr.Cache) finding.Finding {
	command := c.Command()
	f := finding.Finding{
		Span:    command.Orig,
		Message: fmt.Sprintf("the cache that is mounted at %s is emptied", m.Target.Text),
		Hint:    "leave this out, the mount is no part of the image",
	}
	if len(command.OrigRemoval) > 0 && c.Script == c.Run.Script && alone(c, others) {
		var edits []source.Edit
		for _, s := range command.OrigRemoval {
			edits = append(edits, source.Delete(s))
		}
		f.Fixes = []finding.Fix{{Title: "remove the clean-up", Safety: finding.Equivalent, Edits: edits}}
	}
	return f
}

// alone reports whether a command empties caches in mounts and does nothing
// else.
func alone(c calls.Step, others []pkgmgr.Cache) bool {
	home := pkgmgr.Home(c.In.Before.User)
	if slices.ContainsFunc(others, func(o pkgmgr.Cache) bool { return c.Empties(o, home) }) {
		return false
	}
	if c.Call != nil {
		return true
	}
	removed := pkgmgr.Removed(c.Effective, home)
	for _, dir := range removed {
		inside := false
		for _, m := range c.Run.Mounts {
			inside = inside || m.Type == "cache" && calls.Inside(dir, m.Target.Text)
		}
		if !inside {
			return false
		}
	}
	return len(removed) >= operands(c)
}

// operands is how many paths a command names.
func operands(c calls.Step) int {
	n := 0
	for _, w := range c.Effective.Words[1:] {
		if !strings.HasPrefix(w.Text, "-") {
			n++
		}
	}
	return n
}
