// Package sl1102 is the rule system-cache-left.
package sl1102

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

// Rule is SL1102.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:   "SL1102",
		Name: "system-cache-left",
		Aliases: []string{
			"DL3019", "DL3032", "DL3036", "DL3040", "DS-0015", "DS-0019", "DS-0020", "DS-0025", "DS-0027", "DKL-DI-0004",
			"parfum:apkAddUseNoCache", "parfum:yumInstallRmVarCacheYum",
		},
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "package-cache",
		Doc: rule.Doc{
			Title: "The cache of the distribution's package manager stays in a layer",
			Why: "apk, dnf, yum, microdnf and zypper keep lists and packages that they downloaded. An image never reads them again. " +
				"They have to go in the RUN that fetched them, or live in a cache mount: what a later RUN deletes is still stored.",
			Bad:  "FROM fedora:43\nRUN dnf install -y git\n",
			Good: "FROM fedora:43\nRUN dnf install -y git && dnf clean all\n",
			More: []rule.Example{
				{
					Name:       "apk has a flag for it",
					Dockerfile: "FROM alpine:3.22\nRUN apk add git\nRUN apk --no-cache add curl\n",
					Lines:      []int{2},
					Aliases:    []string{"DL3019,DS-0025,DKL-DI-0004,parfum:apkAddUseNoCache"},
					Fixed:      "FROM alpine:3.22\nRUN apk add --no-cache git\nRUN apk --no-cache add curl\n",
				},
				{
					Name:       "each names the other tools' IDs for itself",
					Dockerfile: "FROM a\nRUN yum install -y b\nRUN microdnf install -y b\nRUN zypper install -y b\n",
					Lines:      []int{2, 3, 4},
					Aliases:    []string{"DL3032,DS-0015,parfum:yumInstallRmVarCacheYum", "DL3040,DS-0027", "DL3036,DS-0020"},
					Fixed:      "FROM a\nRUN yum install -y b && yum clean all\nRUN microdnf install -y b && microdnf clean all\nRUN zypper install -y b && zypper clean --all\n",
				},
				{
					Name:       "clean, mounted, or a builder's",
					Dockerfile: "FROM fedora AS build\nRUN dnf install -y gcc\nFROM fedora\nCOPY --from=build /a /a\nRUN dnf -y install a && dnf clean all\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf -y install a\nRUN dnf -y install a && rm -rf /var/cache/dnf\n",
				},
				{
					Name:       "apk update is for what reads its lists",
					Dockerfile: "FROM alpine\nRUN apk update && apk add curl\nFROM alpine\nRUN apk update && apk add --no-cache curl\n",
					Lines:      []int{2},
					Fixed:      "FROM alpine\nRUN apk update && apk add --no-cache curl\nFROM alpine\nRUN apk update && apk add --no-cache curl\n",
				},
				{
					Name:       "what comes after the clean-up counts",
					Dockerfile: "FROM fedora\nRUN dnf -y install a && dnf clean all && dnf -y install b\n",
					Lines:      []int{2},
				},
			},
			Since: "0.2",
			Sources: []string{
				"https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command",
				"https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Local_Cache",
			},
		},
		Run: run,
	}
}

// aliases are the other tools' IDs for the cache that a call fills.
func aliases(c calls.Call) []string {
	if c.Verb == pkgmgr.Update {
		return []string{}
	}
	switch c.Program {
	case "apk":
		return []string{"DL3019", "DS-0025", "DKL-DI-0004", "parfum:apkAddUseNoCache"}
	case "yum":
		return []string{"DL3032", "DS-0015", "parfum:yumInstallRmVarCacheYum"}
	case "microdnf":
		return []string{"DL3040", "DS-0027"}
	case "dnf", "dnf5", "tdnf":
		return []string{"DL3040", "DS-0019"}
	case "zypper":
		return []string{"DL3036", "DS-0020"}
	}
	return []string{}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) {
			continue
		}
		for _, l := range calls.LeftIn(p, i) {
			e := l.Manager.Ecosystem
			if e != pkgmgr.Alpine && e != pkgmgr.RPM || calls.Needless(p, l.By) {
				continue
			}
			p.Report(finding.Finding{
				Span:    l.By.CallSpan(),
				Message: fmt.Sprintf("the cache of %s stays in the layer", l.By.Program),
				Hint:    hint(l),
				Aliases: aliases(l.By),
				Cost:    estimate.Cache(l.Cache),
				Fixes:   fixes(p.File, i, l),
			})
		}
	}
}

func hint(l calls.Left) string {
	if l.Off {
		return "call it with --no-cache, or mount a cache"
	}
	return "end the RUN with " + l.CleanUp + ", or mount a cache"
}

func fixes(f *dockerfile.File, i *dockerfile.Instruction, l calls.Left) []finding.Fix {
	var out []finding.Fix
	if l.Off {
		out = append(out, finding.Fix{Title: "add --no-cache", Safety: finding.Equivalent, Edits: l.Flag("--no-cache")})
	} else if edits, ok := edit.Append(f, i, l.Remedy()); ok {
		out = append(out, finding.Fix{Title: "clean up at the end of the RUN", Safety: l.CleanUpSafety(), Edits: edits})
	}
	if mount, ok := l.MountFlag(); ok {
		out = append(out, finding.Fix{Title: "keep the cache in a mount", Safety: finding.Suggestion, Edits: edit.Mount(f, i, mount)})
	}
	return out
}
