// Package sl1101 is the rule package-lists-left.
package sl1101

import (
	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
)

// Rule is SL1101.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1101",
		Name:     "package-lists-left",
		Aliases:  []string{"DL3009", "CIS-DI-0007", "DKL-DI-0005", "parfum:aptGetInstallThenRemoveAptLists"},
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "package-lists",
		Doc: rule.Doc{
			Title: "apt's package lists stay in a layer",
			Why: "apt-get update downloads the lists of all packages there are. Once the packages are installed nothing reads them again, and they grow stale. " +
				"What a later RUN deletes is still stored: they have to go in the RUN that fetched them, or live in a cache mount.",
			Bad:  "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "as the author breaks lines",
					Dockerfile: "FROM debian:12\nRUN apt-get update \\\n    && apt-get install -y \\\n        curl\n",
					Lines:      []int{2},
					Fixed:      "FROM debian:12\nRUN apt-get update \\\n    && apt-get install -y \\\n        curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
				},
				{
					Name:       "a heredoc gets a line",
					Dockerfile: "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF\n",
					Lines:      []int{4},
					Fixed:      "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nrm -rf /var/lib/apt/lists/*\nEOF\n",
				},
				{
					Name:       "removed, mounted, or left behind in a builder",
					Dockerfile: "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nFROM debian:12\nCOPY --from=build /a /a\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN sudo apt-get update && sudo rm -r /var/lib/apt/lists\n",
				},
				{
					Name:       "no fix takes away what a later RUN reads",
					Dockerfile: "FROM debian:12 AS a\nRUN apt-get update\nFROM a\nRUN apt-get install -y curl\n",
					Lines:      []int{2},
					Fixed:      "FROM debian:12 AS a\nRUN apt-get update\nFROM a\nRUN apt-get install -y curl\n",
				},
				{
					Name:       "who needs sudo to fetch needs it to remove",
					Dockerfile: "FROM a\nUSER b\nRUN sudo apt-get update && sudo apt-get install -y c\n",
					Lines:      []int{3},
					Fixed:      "FROM a\nUSER b\nRUN sudo apt-get update && sudo apt-get install -y c && sudo rm -rf /var/lib/apt/lists/*\n",
				},
				{
					Name:       "a later RUN is too late",
					Dockerfile: "FROM debian:12\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n",
					Lines:      []int{2},
				},
				{
					Name:       "the last update counts",
					Dockerfile: "FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/* && aptitude update\n",
					Lines:      []int{2},
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) {
			continue
		}
		for _, l := range calls.LeftIn(p, i) {
			if l.Manager.Ecosystem != pkgmgr.Debian || l.Kind != pkgmgr.Lists {
				continue
			}
			f := finding.Finding{
				Span:    l.By.CallSpan(),
				Message: "apt's package lists stay in the layer",
				Hint:    "end the RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there",
				Cost:    estimate.Cache(l.Cache),
			}
			if calls.ListsUsedAfter(p, i, l.Manager) {
				f.Hint = "fetch them in the RUN that needs them, and remove them there"
			} else {
				f.Fixes = fixes(p.File, i, l)
			}
			p.Report(f)
		}
	}
}

// fixes are the clean-up at the end of the RUN, and a cache mount.
func fixes(f *dockerfile.File, i *dockerfile.Instruction, l calls.Left) []finding.Fix {
	var out []finding.Fix
	if edits, ok := edit.Append(f, i, l.Remedy()); ok {
		out = append(out, finding.Fix{Title: "remove the lists at the end of the RUN", Safety: finding.Equivalent, Edits: edits})
	}
	if mount, ok := l.MountFlag(); ok {
		out = append(out, finding.Fix{Title: "keep the lists in a cache mount", Safety: finding.Suggestion, Edits: edit.Mount(f, i, mount)})
	}
	return out
}
