// Package sl0904 is the rule inline-ignore.
package sl0904

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/pragma"
)

// Rule is SL0904.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0904",
		Name:     "inline-ignore",
		Aliases:  []string{"DL1001"},
		Category: rule.Style,
		Severity: finding.Info,
		Off:      "ignoring a finding where it stands, with a reason, is a good way; some teams want it in the configuration only",
		Doc: rule.Doc{
			Title: "A comment ignores findings",
			Why: "Where exceptions are to be reviewed in one place, the configuration, comments in Dockerfiles get around that. " +
				"This rule finds the comments of schlank, hadolint, BuildKit and trivy.",
			Bad: `FROM debian:12
# hadolint ignore=DL3008
RUN apt-get update
`,
			Good: `FROM debian:12
RUN apt-get update
`,
			More: []rule.Example{
				{
					Name:       "every tool's comments",
					Dockerfile: "# check=skip=all\nFROM debian:12\n# schlank: ignore=SL0012\nRUN true\n# trivy:ignore:DS-0002\nUSER root\n",
					Lines:      []int{1, 3, 5},
					Aliases:    []string{"", "", ""},
				},
				{
					Name:       "other comments",
					Dockerfile: "# hadolint shell=bash\nFROM debian:12\n# hadolint is a linter\nRUN true\n",
				},
			},
			Since: "0.2",
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range pragma.Read(p.File) {
		f := finding.Finding{
			Span: c.Span, Message: "findings are ignored here", Hint: "ignore them in the configuration", Aliases: []string{},
		}
		if c.Dialect == pragma.Hadolint {
			f.Aliases = []string{"DL1001"}
		}
		p.Report(f)
	}
}
