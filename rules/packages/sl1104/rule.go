// Package sl1104 is the rule unpinned-package.
package sl1104

import (
	"fmt"
	"regexp"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
)

// Rule is SL1104.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1104",
		Name:     "unpinned-package",
		Aliases:  []string{"DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3037", "DL3041", "DL3062"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Off:      "distributions remove old versions from their archives, so a pinned one soon can't be installed any more; lock files pin what languages need",
		Doc: rule.Doc{
			Title: "A package is installed in whatever version there is",
			Why: "The same Dockerfile gives another image tomorrow. Where that matters, name a version, or better a lock file with digests for a language's packages " +
				"and a digest of the base image, or an archive's snapshot, for those of a distribution.",
			Bad:  "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask\n",
			Good: "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask==3.1.2\n",
			More: []rule.Example{
				{
					Name:       "each manager has another tool's ID",
					Dockerfile: "FROM a\nRUN apt-get install -y curl\nRUN apk add curl\nRUN yum install -y curl\nRUN zypper in -y curl\nRUN dnf install -y curl\nRUN npm install express\nRUN gem install rails\nRUN go install example.com/x@latest\n",
					Lines:      []int{2, 3, 4, 5, 6, 7, 8, 9},
					Aliases:    []string{"DL3008", "DL3018", "DL3033", "DL3037", "DL3041", "DL3016", "DL3028", "DL3062"},
				},
				{
					Name:       "named versions, files and addresses",
					Dockerfile: "FROM a\nARG V=1\nRUN apt-get install -y curl=8.* ./x.deb && apk add 'a>1' && pip install -r r.txt a~=1 ./b && npm install express@4 && gem install rails -v 8 && go install . && dnf install -y a-1.2-3.fc42 b-$V\n",
				},
				{
					Name:       "only the ones without",
					Dockerfile: "FROM a\nRUN pip install a==1 \\\n    b\n",
					Lines:      []int{3},
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
		},
		Run: run,
	}
}

// aliases are the other tools' IDs by program and manager.
func aliases(c calls.Call) []string {
	byManager := map[string]string{
		"apt": "DL3008", "pip": "DL3013", "pipx": "DL3013", "npm": "DL3016", "apk": "DL3018", "gem": "DL3028", "zypper": "DL3037", "go": "DL3062",
	}
	switch {
	case c.Program == "yum":
		return []string{"DL3033"}
	case c.Manager.Ecosystem == pkgmgr.RPM && c.Manager.Name != "zypper":
		return []string{"DL3041"}
	}
	if id, ok := byManager[c.Manager.Name]; ok {
		return []string{id}
	}
	return []string{}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		if !installs(c) {
			continue
		}
		for _, k := range c.Packages {
			if loose(c, k) {
				p.Report(finding.Finding{
					Span:    k.Span,
					Message: fmt.Sprintf("%s is installed in whatever version there is", k.Text),
					Hint:    "name a version, or a range of them",
					Aliases: aliases(c),
				})
			}
		}
	}
}

// installs reports whether a call's packages have versions to name: a
// constraint file may hold them, and one option may be for all.
func installs(c calls.Call) bool {
	if c.Has(pkgmgr.Constraint, pkgmgr.Version) {
		return false
	}
	return c.Verb == pkgmgr.Install || c.Verb == pkgmgr.Download && c.Manager.Name != "apt" || c.Manager.Ecosystem == pkgmgr.Go && c.Verb == pkgmgr.Run
}

var (
	gitRevision = regexp.MustCompile(`\.git(@|#(semver:|v?[0-9a-f.]+$|[^=]+$))`)
	variable    = regexp.MustCompile(`\$`)
)

// loose reports whether nothing says which version of a package it is.
func loose(c calls.Call, k pkgmgr.Package) bool {
	switch k.Kind {
	case pkgmgr.Local, pkgmgr.Group, pkgmgr.Pattern:
		return false
	case pkgmgr.Remote:
		return strings.Contains(k.Text, ".git") && !gitRevision.MatchString(k.Text)
	}
	if variable.MatchString(k.Text) {
		return false // it may hold the version, or the whole
	}
	if c.Manager.Ecosystem == pkgmgr.Go {
		return !k.Pinned() || k.Constraint == "@latest"
	}
	return !k.Pinned()
}
