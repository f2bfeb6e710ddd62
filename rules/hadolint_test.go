package rules_test

import (
	"regexp"
	"testing"

	"schlank/lint"
	"schlank/rule"
)

var (
	configName   = regexp.MustCompile(`(\w+) = (\[[^\]]*\]|True|Map\.fromList \[.*?\) \])`)
	configString = regexp.MustCompile(`"([^"]*)"`)
	configLabel  = regexp.MustCompile(`\( "([^"]*)" , (?:Rule\.)?(\w+) \)`)
)

// configure reads hadolint's configuration, which is a record in Haskell.
func (c peerCase) configure(t *testing.T, o *lint.Options) {
	t.Helper()
	for _, m := range configName.FindAllStringSubmatch(c.Config, -1) {
		var strs []string
		for _, s := range configString.FindAllStringSubmatch(m[2], -1) {
			strs = append(strs, s[1])
		}
		switch m[1] {
		case "allowedRegistries":
			o.Settings.TrustedRegistries = strs
		case "ignoreRules":
			o.Skip = strs
		case "strictLabels":
			o.Settings.StrictLabels = m[2] == "True"
		case "labelSchema":
			o.Settings.Labels = map[string]rule.LabelForm{}
			for _, l := range configLabel.FindAllStringSubmatch(m[2], -1) {
				o.Settings.Labels[l[1]] = labelForm(t, l[2])
			}
		default:
			t.Fatalf("unknown setting %s in %s", m[1], c.Config)
		}
	}
}

func labelForm(t *testing.T, name string) rule.LabelForm {
	t.Helper()
	form, ok := map[string]rule.LabelForm{
		"RawText": rule.LabelText, "Url": rule.LabelURL, "Rfc3339": rule.LabelTime, "Spdx": rule.LabelSPDX,
		"GitHash": rule.LabelGitHash, "SemVer": rule.LabelSemVer, "Email": rule.LabelEmail,
	}[name]
	if !ok {
		t.Fatalf("unknown form of labels %s", name)
	}
	return form
}
