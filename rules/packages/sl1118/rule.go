// Package sl1118 is the rule apt-archives-deleted.
package sl1118

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1118.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1118",
		Name:     "apt-archives-deleted",
		Category: rule.Cache,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A cache is mounted for apt's archives, and the base image makes apt delete them",
			Why: "The official images of Debian and Ubuntu, and those built on them, have /etc/apt/apt.conf.d/docker-clean. It makes apt delete each archive as soon as it is installed, " +
				"so that a cache mount at /var/cache/apt stays empty, and all packages are downloaded again in the next build.",
			Bad: "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n    --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n" +
				"    apt-get update && apt-get install -y --no-install-recommends curl\n",
			Good: "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n    --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n" +
				"    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y --no-install-recommends curl\n",
			More: []rule.Example{
				{
					Name:       "removed before, in this stage or one it starts from",
					Dockerfile: "FROM python:3.13 AS a\nRUN rm -f /etc/apt/apt.conf.d/docker-clean; echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";' > /etc/apt/apt.conf.d/keep-cache\nFROM a\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y b\n",
				},
				{
					Name:       "an image of which nothing is known, or of another kind",
					Dockerfile: "FROM example.com/a\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y b\nFROM python:3.13-alpine\nRUN --mount=type=cache,target=/var/cache/apk apk add b\n",
				},
				{
					Name:       "an image built on Debian's",
					Dockerfile: "FROM node:22\nUSER root\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked set -e; apt-get install -y b\n",
					Lines:      []int{3},
					Fixed:      "FROM node:22\nUSER root\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked set -e; rm -f /etc/apt/apt.conf.d/docker-clean && apt-get install -y b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#example-cache-apt-packages"},
		},
		Run: run,
	}
}

// onDebian are official images that are built on those of Debian or Ubuntu
// unless their tag says otherwise.
var onDebian = []string{
	"debian", "ubuntu", "buildpack-deps", "python", "node", "golang", "ruby", "php", "rust", "perl", "gcc", "openjdk", "eclipse-temurin", "maven", "gradle",
	"nginx", "httpd", "tomcat", "postgres", "redis", "memcached", "pypy", "erlang", "elixir", "haskell", "julia", "wordpress", "drupal",
}

const config = "docker-clean"

func run(p *rule.Pass) {
	changed := map[*dockerfile.Stage]bool{} // stages that do something about the file
	for i := range p.Instructions() {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok {
			continue
		}
		if strings.Contains(run.Text.Text(), config) || strings.Contains(run.Text.Text(), "Keep-Downloaded-Packages") {
			changed[i.Stage] = true
		}
		for s := i.Stage; s != nil; s = s.Parent {
			changed[i.Stage] = changed[i.Stage] || changed[s]
		}
		if changed[i.Stage] || !deletes(p, i.Stage) {
			continue
		}
		if c, m := downloads(p, i, run); m != nil {
			p.Report(report(c, m))
		}
	}
}

// deletes reports whether the base image of a stage is one of those.
func deletes(p *rule.Pass, s *dockerfile.Stage) bool {
	ref, ok := reference.Parse(p.File.DefaultBase(s.Root()).Text)
	return ok && slices.Contains(onDebian, ref.Official()) && !strings.Contains(ref.Tag, "alpine") && !strings.Contains(ref.Tag, "windows") && !strings.Contains(ref.Tag, "nanoserver")
}

// downloads is the first call of apt in a RUN that fills the archives, and the
// mount for them.
func downloads(p *rule.Pass, i *dockerfile.Instruction, run *dockerfile.Run) (calls.Call, *dockerfile.Mount) {
	for _, c := range calls.Of(p, i) {
		if c.Manager.Name != "apt" {
			continue
		}
		for _, cache := range c.Fills(c.Env, c.Home()) {
			if m := calls.MountOf(run, cache, "cache"); m != nil && cache.Kind == pkgmgr.Downloads {
				return c, m
			}
		}
	}
	return calls.Call{}, nil
}

func report(c calls.Call, m *dockerfile.Mount) finding.Finding {
	f := finding.Finding{
		Span:    m.Span,
		Message: "apt deletes what it downloads, so the mount stays empty",
		Hint:    "remove /etc/apt/apt.conf.d/docker-clean first",
	}
	first := c.Script.Commands[0]
	for _, other := range c.Script.Commands {
		if e := other.Effective(); e.Name == "apt-get" || e.Name == "apt" {
			first = other
			break
		}
	}
	if c.Script == c.Run.Script && !c.Run.JSON && len(first.Within) == 0 && len(first.Assigns) == 0 && len(first.Words) > 0 && first.Effective().Wrappers == nil {
		f.Fixes = []finding.Fix{{
			Title: "remove docker-clean first", Safety: finding.Suggestion,
			Edits: []source.Edit{source.Insert(first.Words[0].Orig.Start, "rm -f /etc/apt/apt.conf.d/docker-clean && ")},
		}}
	}
	return f
}
