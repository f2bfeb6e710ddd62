// Package sl1108 is the rule whole-upgrade.
package sl1108

import (
	"fmt"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
)

// Rule is SL1108.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1108",
		Name:     "whole-upgrade",
		Aliases:  []string{"DL3005", "DL3017", "DL3031", "DL3035", "DL3039", "DS-0024", "DKL-DI-0003"},
		Category: rule.Size,
		Severity: finding.Info,
		Cause:    "overwritten",
		Doc: rule.Doc{
			Title: "All packages of the base image are upgraded",
			Why: "An upgraded package is stored twice: in the base image's layer and in this one. What comes depends on the day, and the build cache hides it from the next build. " +
				"A newer base image brings the same upgrades without that; pull it often.",
			Bad:  "FROM debian:12\nRUN apt-get update && apt-get dist-upgrade -y && rm -rf /var/lib/apt/lists/*\n",
			Good: "FROM debian:12.12\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "each manager has another tool's ID",
					Dockerfile: "FROM a\nRUN apk upgrade\nRUN yum update -y\nRUN dnf upgrade -y\nRUN zypper dup\nRUN apt-get upgrade -y\n",
					Lines:      []int{2, 3, 4, 5, 6},
					Aliases:    []string{"DL3017", "DL3031", "DL3039", "DL3035", ""},
				},
				{
					Name:       "single packages, and languages",
					Dockerfile: "FROM a\nRUN yum update -y openssl && dnf upgrade -y openssl && apk upgrade zlib && apt-get upgrade -y libc6 && npm update\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		if !c.Manager.Ecosystem.System() || len(c.Packages) > 0 || c.Dynamic || c.Verb != pkgmgr.Upgrade && c.Verb != pkgmgr.DistUpgrade {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.CallSpan(),
			Message: fmt.Sprintf("%s upgrades all packages of the base image", c.Program),
			Hint:    "build on a newer base image, or upgrade the packages that need it by name",
			Aliases: aliases(c),
		})
	}
}

func aliases(c calls.Call) []string {
	dist := c.Verb == pkgmgr.DistUpgrade
	switch {
	case c.Manager.Name == "apt" && dist:
		return []string{"DL3005", "DS-0024", "DKL-DI-0003"}
	case c.Manager.Name == "apk":
		return []string{"DL3017"}
	case c.Program == "yum":
		return []string{"DL3031"}
	case c.Manager.Name == "zypper":
		return []string{"DL3035"}
	case c.Manager.Ecosystem == pkgmgr.RPM:
		return []string{"DL3039"}
	}
	return []string{}
}
