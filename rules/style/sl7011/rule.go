// Package sl7011 is the rule label-value.
package sl7011

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/style/labels"
)

// Rule is SL7011.
func Rule() *rule.Rule {
	setup := rule.Setup{Settings: rule.Settings{Labels: map[string]rule.LabelForm{
		"text": rule.LabelText, "url": rule.LabelURL, "time": rule.LabelTime, "license": rule.LabelSPDX,
		"commit": rule.LabelGitHash, "version": rule.LabelSemVer, "email": rule.LabelEmail,
	}}}
	return &rule.Rule{
		ID:       "SL7011",
		Name:     "label-value",
		Aliases:  []string{"DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A label's value is not of the form that the settings ask for",
			Why:   "Tools read labels: a date that is none, or a licence by a name of one's own, is as good as no label. The settings say of which form which label is; of others the rule says nothing.",
			Bad:   "FROM alpine:3.22\nLABEL version=\"one\"\n",
			Good:  "FROM alpine:3.22\nLABEL version=\"1.0.0\"\n",
			Setup: setup,
			More: []rule.Example{
				{Name: "good ones", Setup: setup, Dockerfile: "FROM alpine:3.22\nLABEL text=a url=https://example.com/x time=2026-11-23T10:00:00Z license=MIT commit=deadbeef version=2.0.1-rc.1+b email=a@example.com other=\n"},
				{Name: "bad ones", Setup: setup, Lines: []int{2, 3, 4, 5, 6, 7, 8}, Aliases: []string{"DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"},
					Dockerfile: "FROM alpine:3.22\nLABEL text=\"\" \\\n url=example \\\n time=today \\\n license=mine \\\n commit=xyz \\\n version=1.0 \\\n email=nobody\n"},
				{Name: "empty ones are DL3051 alone", Setup: setup, Lines: []int{2}, Aliases: []string{"DL3051"}, Dockerfile: "FROM alpine:3.22\nLABEL url=\"\"\n"},
				{Name: "what is not known", Setup: setup, Dockerfile: "FROM alpine:3.22\nARG V\nLABEL version=$V\n"},
				{Name: "combined licences", Setup: setup, Dockerfile: "FROM alpine:3.22\nLABEL license=\"(MIT OR Apache-2.0) AND GPL-2.0-or-later WITH Classpath-exception-2.0\"\nLABEL license=\"MIT AND\"\n", Lines: []int{3}},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/opencontainers/image-spec/blob/main/annotations.md", "https://spdx.org/licenses/", "https://semver.org/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if len(p.Settings.Labels) == 0 {
		return
	}
	for _, l := range labels.All(p) {
		name, ok := p.Settings.Labels[l.Name]
		if !ok || !l.Value.Known {
			continue
		}
		f := finding.Finding{Span: l.Value.Span}
		if f.Span.Len() == 0 {
			f.Span = l.Span
		}
		value := l.Value.Text
		form := formOf(name)
		switch {
		case value == "":
			f.Message, f.Aliases = "the label "+l.Name+" is empty", []string{"DL3051"}
		case form.fits != nil && !form.fits(value):
			f.Message, f.Aliases = "the label "+l.Name+" is not "+form.is, []string{form.alias}
		default:
			continue
		}
		p.Report(f)
	}
}
