// Package sl7010 is the rule label-not-listed.
package sl7010

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/style/labels"
)

// Rule is SL7010.
func Rule() *rule.Rule {
	forms := map[string]rule.LabelForm{"com.example.team": rule.LabelText}
	return &rule.Rule{
		ID:       "SL7010",
		Name:     "label-not-listed",
		Aliases:  []string{"DL3050"},
		Category: rule.Style,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A label is not among those that the settings list",
			Why:   "With strict labels the settings list all labels there may be, so that a misspelt one does not go unnoticed. Without that setting the rule says nothing.",
			Bad:   "FROM alpine:3.22\nLABEL com.example.taem=\"web\"\n",
			Good:  "FROM alpine:3.22\nLABEL com.example.team=\"web\"\n",
			Setup: rule.Setup{Settings: rule.Settings{Labels: forms, StrictLabels: true}},
			More: []rule.Example{
				{Name: "not strict", Dockerfile: "FROM alpine:3.22\nLABEL a=b\n", Setup: rule.Setup{Settings: rule.Settings{Labels: forms}}},
				{Name: "two", Dockerfile: "FROM alpine:3.22\nLABEL com.example.team=a other=b \\\n  third=c\n", Setup: rule.Setup{Settings: rule.Settings{Labels: forms, StrictLabels: true}}, Lines: []int{2, 3}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/engine/manage-resources/labels/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if !p.Settings.StrictLabels {
		return
	}
	for _, l := range labels.All(p) {
		if _, ok := p.Settings.Labels[l.Name]; !ok {
			p.Report(finding.Finding{Span: l.NameSpan, Message: "the settings do not list the label " + l.Name})
		}
	}
}
