// Package sl0902 is the rule bad-ignore. Its findings are about those of the
// other rules, so the lint room reports them.
package sl0902

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL0902.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0902",
		Name:     "bad-ignore",
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A comment for schlank names no rule, or can't be understood",
			Why:   "A comment with a slip in it ignores nothing. Its author thinks that it does.",
			Bad: `FROM debian:12
# schlank: ignore=SL0O12
RUN true
`,
			Good: `FROM debian:12
RUN true
`,
			Since: "0.2",
		},
	}
}
