// Package sl1106 is the rule recommended-packages.
package sl1106

import (
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1106.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1106",
		Name:     "recommended-packages",
		Aliases:  []string{"DL3015", "DS-0029", "parfum:aptGetInstallUseNoRec"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "apt installs what packages only recommend",
			Why: "By default apt-get install also brings the packages that others recommend: for most users of a desktop, rarely for a container. " +
				"They can double what is installed, and each of them is something to patch.",
			Bad:  "FROM debian:12\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "said in other ways, or in a builder",
					Dockerfile: "FROM a AS build\nRUN apt-get install -y gcc\nFROM a\nCOPY --from=build /a /a\nRUN apt-get -o APT::Install-Recommends=false install -y b\nRUN aptitude --without-recommends install -y b\nRUN apt-get install -y --no-install-recommends b\nRUN apt-get remove b\n",
				},
				{
					Name:       "without a shell",
					Dockerfile: "FROM a\nRUN [\"apt-get\", \"install\", \"-y\", \"b\"]\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN [\"apt-get\", \"install\", \"-y\", \"--no-install-recommends\", \"b\"]\n",
				},
				{
					Name:       "switched off for all in a file",
					Dockerfile: "FROM a\nRUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/no-recommends\nRUN apt-get install -y b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://www.debian.org/doc/debian-policy/ch-relationships.html#binary-dependencies-depends-recommends-suggests-enhances-pre-depends"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	off := map[string]bool{} // stages in which it is switched off
	for i := range p.Instructions() {
		key := i.Stage.From.Span.String()
		if parent := i.Stage.Parent; parent != nil && off[parent.From.Span.String()] || strings.Contains(i.Logical().Text(), "APT::Install-Recommends") {
			off[key] = true
		}
		if off[key] || !p.Shipped(i.Stage) {
			continue
		}
		for _, c := range calls.Of(p, i) {
			if c.Manager.Name != "apt" || c.Verb != pkgmgr.Install || c.Has(pkgmgr.NoRecommends, pkgmgr.Dry) {
				continue
			}
			p.Report(finding.Finding{
				Span:    c.CallSpan(),
				Message: "packages that are only recommended are installed as well",
				Hint:    "add --no-install-recommends, and name those that are needed",
				Cost:    estimate.Recommended(c.Names()),
				Fixes:   []finding.Fix{fix(c)},
			})
		}
	}
}

// fix adds the flag after -y, where people look for it, else after the verb.
func fix(c calls.Call) finding.Fix {
	at, flag := c.VerbWord, "--no-install-recommends"
	if c.Program == "aptitude" {
		flag = "--without-recommends"
	}
	if s := c.Setting(pkgmgr.Yes); s != nil && s.Word > at {
		at = s.Word
	}
	return finding.Fix{
		Title: "add " + flag, Safety: finding.Suggestion,
		Edits: []source.Edit{edit.After(c.Action.Words[at], flag)},
	}
}
