// Package sl1114 is the rule build-tools-shipped.
package sl1114

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/packages/calls"
	"schlank/siblings"
)

// Rule is SL1114.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1114",
		Name:     "build-tools-shipped",
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "build-tool",
		Doc: rule.Doc{
			Title: "Compilers and headers are in the final stage",
			Why: "What compiles is needed once, while the image is built; what was compiled needs at most the shared libraries that it is linked with. " +
				"In the image compilers are hundreds of megabytes, and a gift to whoever gets in. Build in a stage of its own and copy the result, or remove them in the RUN that installs them.",
			Bad:  "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev && rm -rf /var/lib/apt/lists/*\nRUN pip install --no-cache-dir psycopg2\n",
			Good: "FROM python:3.13-slim AS build\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev\nRUN pip install --no-cache-dir --prefix=/install psycopg2\n\nFROM python:3.13-slim\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nCOPY --from=build /install /usr/local\n",
			More: []rule.Example{
				{
					Name:       "removed again in the same RUN",
					Dockerfile: "FROM alpine\nRUN apk add --no-cache --virtual .build-deps gcc musl-dev && make && apk del .build-deps\nRUN apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc\n",
				},
				{
					Name:       "whatever nothing needs is removed",
					Dockerfile: "FROM debian:12\nRUN saved=\"$(apt-mark showmanual)\" && apt-get install -y gcc libpq-dev && make && apt-mark auto '.*' > /dev/null && apt-mark manual $saved && apt-get purge -y --auto-remove\nRUN apt-get install -y gcc; make; apt-mark showmanual | xargs apt-mark auto; apt-get autoremove -y\n",
				},
				{
					Name:       "by the names of each distribution",
					Dockerfile: "FROM a\nRUN apk add build-base openssl-dev\nRUN dnf install -y gcc-c++ openssl-devel git\n",
					Lines:      []int{2, 3},
				},
				{
					Name:       "what only sounds like it",
					Dockerfile: "FROM a\nRUN apt-get install -y libgcc-s1 cmake-data make-guile-docs libstdc++6 curl\n",
				},
				{
					Name:       "a stage for development may have them",
					Dockerfile: "FROM a AS dev\nRUN apt-get install -y gcc\nFROM a\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/"},
		},
		Run: run,
	}
}

// tools are packages that are for building whatever the distribution calls
// its headers.
var tools = []string{
	"build-essential", "build-base", "base-devel", "gcc", "g++", "gcc-c++", "cpp", "clang", "llvm", "make", "cmake", "meson", "ninja-build", "ninja", "samurai",
	"autoconf", "automake", "libtool", "bison", "flex", "pkg-config", "pkgconf", "pkgconfig", "nasm", "yasm", "gfortran", "rustc", "cargo", "rust", "golang", "golang-go",
	"default-jdk", "linux-headers", "libc6-dev", "musl-dev", "glibc-devel", "binutils", "patch", "gyp", "swig",
}

// isTool reports whether a package is for building.
func isTool(name string) bool {
	return slices.Contains(tools, name) || strings.HasSuffix(name, "-dev") || strings.HasSuffix(name, "-devel") || strings.HasSuffix(name, "-jdk") ||
		strings.HasPrefix(name, "linux-headers-")
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) || slices.Contains([]string{"dev", "development", "test", "build", "builder"}, i.Stage.Name) {
			continue
		}
		for _, c := range calls.Of(p, i) {
			if c.Verb != pkgmgr.Install || !c.Manager.Ecosystem.System() || c.Has(pkgmgr.Dry) {
				continue
			}
			report(p, c, removed(p, c))
		}
	}
}

func report(p *rule.Pass, c calls.Call, gone []string) {
	var found []pkgmgr.Package
	var names []string
	for _, k := range c.Packages {
		if isTool(k.Name) && !slices.Contains(gone, k.Name) && !slices.Contains(gone, "*") {
			found = append(found, k)
			names = append(names, k.Name)
		}
	}
	if len(found) == 0 {
		return
	}
	what := found[0].Name
	if more := len(found) - 1; more > 0 {
		what = fmt.Sprintf("%s and %d more", what, more)
	}
	f := finding.Finding{
		Span:    found[0].Span,
		Message: fmt.Sprintf("%s for building only, in the final stage", what),
		Hint:    "build in a stage of its own; schlank optimize writes it, and proves it",
	}
	if !equipped(c.In.Stage) {
		f.Cost = estimate.Packages(names)
	}
	p.Report(f)
}

// equipped reports whether a stage starts from an image that has compilers
// already, as those with a slim sibling do, so that they cost nothing here.
func equipped(s *dockerfile.Stage) bool {
	for s.Parent != nil {
		s = s.Parent
	}
	sibling, err := siblings.Find(s.Base.Text, "")
	return err == nil && sibling.Saves > 0
}

// removed are the names that later calls in the same RUN remove; * stands for
// all, which the removal of a virtual package is.
func removed(p *rule.Pass, c calls.Call) []string {
	if unmarked(p, c) {
		return []string{"*"}
	}
	var gone []string
	for _, later := range calls.Of(p, c.In) {
		if later.Verb != pkgmgr.Remove || later.Manager != c.Manager {
			continue
		}
		gone = append(gone, later.Names()...)
		for _, v := range c.Values(pkgmgr.Virtual) {
			if slices.Contains(later.Names(), v) {
				gone = append(gone, "*")
			}
		}
		if later.Dynamic {
			gone = append(gone, "*")
		}
	}
	return gone
}

// unmarked reports whether a RUN tells apt after the call that nobody has asked
// for packages, and then removes what nothing needs. What it keeps is decided by
// what was built; the official images of Debian do it so.
func unmarked(p *rule.Pass, c calls.Call) bool {
	after, marked := false, false
	for _, s := range calls.Steps(p, c.In) {
		switch {
		case s.Script == c.Script && s.Index == c.Index:
			after = true
		case after && marksAuto(s.Words):
			marked = true
		case marked && s.Call != nil && s.Call.Verb == pkgmgr.Remove && s.Call.Manager == c.Manager:
			return true
		}
	}
	return false
}

// marksAuto reports whether a command is apt-mark auto, xargs in front or not.
func marksAuto(words []shellcmd.Word) bool {
	k := slices.IndexFunc(words, func(w shellcmd.Word) bool { return w.Value == "apt-mark" })
	return k >= 0 && k+1 < len(words) && words[k+1].Value == "auto"
}
