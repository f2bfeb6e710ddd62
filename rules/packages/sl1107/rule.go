// Package sl1107 is the rule apt-in-script.
package sl1107

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1107.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1107",
		Name:     "apt-in-script",
		Aliases:  []string{"DL3027"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "apt is for people, apt-get for scripts",
			Why:   "apt warns that its command line may change between versions. apt-get and apt-cache keep theirs.",
			Bad:   "FROM debian:12\nRUN apt update && apt install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
			Good:  "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "apt-cache for questions; a verb that apt-get lacks stays",
					Dockerfile: "FROM a\nRUN apt show curl\nRUN apt full-upgrade -y\nRUN /usr/bin/apt list\n",
					Lines:      []int{2, 3, 4},
					Fixed:      "FROM a\nRUN apt-cache show curl\nRUN apt-get dist-upgrade -y\nRUN /usr/bin/apt list\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://manpages.debian.org/bookworm/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		if c.Program != "apt" {
			continue
		}
		f := finding.Finding{
			Span:    c.Action.Words[0].Orig,
			Message: "apt is for people: its command line may change",
			Hint:    "use apt-get, or apt-cache",
		}
		if edits := edits(c); edits != nil {
			f.Fixes = []finding.Fix{{Title: "use " + edits[0].New, Safety: finding.Equivalent, Edits: edits}}
		}
		p.Report(f)
	}
}

// edits put the command of the other tools that does the same in its place,
// nil where there is none.
func edits(c calls.Call) []source.Edit {
	words := c.Action.Words
	if words[0].Text != "apt" || c.VerbWord == 0 {
		return nil
	}
	program := edit.Replace(words[0], "apt-get")
	switch c.VerbText {
	case "update", "upgrade", "install", "reinstall", "remove", "purge", "autoremove", "autopurge", "clean", "autoclean", "source", "download", "build-dep":
		return []source.Edit{program}
	case "full-upgrade":
		return []source.Edit{program, edit.Replace(words[c.VerbWord], "dist-upgrade")}
	case "search", "show", "depends", "rdepends", "policy", "showsrc":
		return []source.Edit{edit.Replace(words[0], "apt-cache")}
	}
	return nil
}
