// Package sl1119 is the rule cache-mount-misplaced.
package sl1119

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
)

// Rule is SL1119.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1119",
		Name:     "cache-mount-misplaced",
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A cache is mounted where the package manager does not look",
			Why: "Package managers keep their caches in the home of the user who runs them, or where a variable says. A cache mount elsewhere stays empty, " +
				"and what the manager keeps in its own place ends up in the layer.",
			Bad:  "FROM node:22\nUSER node\nWORKDIR /app\nCOPY package*.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
			Good: "FROM node:22\nUSER node\nWORKDIR /app\nCOPY package*.json ./\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 npm ci\n",
			More: []rule.Example{
				{
					Name:       "moved by a variable",
					Dockerfile: "FROM a\nENV PIP_CACHE_DIR=/pip\nRUN --mount=type=cache,target=/root/.cache/pip pip install b\n",
					Lines:      []int{3},
				},
				{
					Name:       "in its place, of another manager, or of a user that only the base image knows",
					Dockerfile: "FROM a\nRUN --mount=type=cache,target=/home/b/.npm npm ci\nRUN --mount=type=cache,target=/root/.cache/pip npm ci\nRUN --mount=type=cache,target=/root/.cache pip install b\nENV npm_config_cache=/c\nRUN --mount=type=cache,target=/c npm ci\nUSER b\nENV HOME=/root\nRUN --mount=type=cache,target=/root/.cache/pip pip install b\n",
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
		if !ok || len(run.Mounts) == 0 {
			continue
		}
		reported := map[int]bool{}
		for _, c := range calls.Of(p, i) {
			for _, cache := range c.Fills(c.Env, c.Home()) {
				if calls.MountOf(run, cache, "cache", "tmpfs", "bind") != nil {
					continue
				}
				for _, m := range run.Mounts {
					if m.Type == "cache" && !reported[m.Flag] && elsewhere(c, cache, path.Clean(m.Target.Text)) {
						reported[m.Flag] = true
						p.Report(finding.Finding{
							Span:    m.Span,
							Message: fmt.Sprintf("%s keeps its cache in %s here, so this mount stays empty", c.Program, cache.Paths[0]),
							Hint:    hint(c, cache),
						})
					}
				}
			}
		}
	}
}

func hint(c calls.Call, cache pkgmgr.Cache) string {
	if c.Home() == "/root" {
		return "mount it there"
	}
	return "mount it there, with uid= and gid= of the user"
}

// elsewhere reports whether a directory would be the cache for another user,
// or without the variable that moves it.
func elsewhere(c calls.Call, cache pkgmgr.Cache, target string) bool {
	if home, ok := c.Env("HOME"); ok && home != "" {
		return false
	}
	moved := true // by a variable or a flag
	for _, p := range cache.Store.Paths {
		own := strings.Replace(p, "~", c.Home(), 1)
		moved = moved && !slices.Contains(cache.Paths, own)
	}
	for _, p := range cache.Store.Paths {
		rest, ok := strings.CutPrefix(p, "~")
		if !ok {
			if moved && target == p {
				return true
			}
			continue
		}
		home, ok := strings.CutSuffix(target, rest)
		if !ok || home != "/root" && path.Dir(home) != "/home" {
			continue
		}
		if moved || home != c.Home() && c.In.Before.User != "" {
			return true
		}
	}
	return false
}
