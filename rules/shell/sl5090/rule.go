// Package sl5090 is the rule shellcheck: what the program of that name finds.
// internal/shellcheck reports it.
package sl5090

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5090.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5090",
		Name:     "shellcheck",
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "shellcheck finds something in the script of a RUN",
			Why: "If shellcheck is installed it is asked about the scripts in RUN. Each of its findings has its exact place in the Dockerfile and keeps its own ID, " +
				"SC and four digits, by which it can be selected and ignored. What schlank finds itself is not said twice.",
			Bad: `FROM debian:12
RUN cp $FROM "$TO"
`,
			Good: `FROM debian:12
RUN cp "$FROM" "$TO"
`,
			Since:   "0.2",
			Sources: []string{"https://www.shellcheck.net/wiki/"},
		},
	}
}
