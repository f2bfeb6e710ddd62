// Package sl7009 is the rule label-missing.
package sl7009

import (
	"maps"
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/style/labels"
)

// Rule is SL7009.
func Rule() *rule.Rule {
	wanted := rule.Setup{Settings: rule.Settings{Labels: map[string]rule.LabelForm{"com.example.team": rule.LabelText}}}
	return &rule.Rule{
		ID:       "SL7009",
		Name:     "label-missing",
		Aliases:  []string{"DL3049"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A label that the settings ask for is missing",
			Why:   "Teams use labels to find out whose an image is and what it was made from. The settings name those that every image must have; without such settings the rule says nothing.",
			Bad:   "FROM alpine:3.22\nCMD [\"sh\"]\n",
			Good:  "FROM alpine:3.22\nLABEL com.example.team=\"web\"\nCMD [\"sh\"]\n",
			Setup: wanted,
			More: []rule.Example{
				{Name: "nothing is asked for", Dockerfile: "FROM alpine:3.22\n"},
				{Name: "of a stage that is only copied from", Dockerfile: "FROM alpine:3.22 AS a\nFROM alpine:3.22\nLABEL com.example.team=b\nCOPY --from=a /b /c\n", Setup: wanted},
				{Name: "inherited", Dockerfile: "FROM alpine:3.22 AS a\nLABEL com.example.team=b\nFROM a\n", Setup: wanted},
				{Name: "one of two images", Dockerfile: "FROM alpine:3.22 AS a\nLABEL com.example.team=b\nFROM alpine:3.22\n", Setup: wanted, Lines: []int{3}},
				{Name: "one of two children", Dockerfile: "FROM alpine:3.22 AS a\nFROM a\nLABEL com.example.team=b\nFROM a\n", Setup: wanted, Lines: []int{4}},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if len(p.Settings.Labels) == 0 {
		return
	}
	has := map[*dockerfile.Stage]map[string]bool{}
	for i, l := range labels.All(p) {
		if has[i.Stage] == nil {
			has[i.Stage] = map[string]bool{}
		}
		has[i.Stage][l.Name] = true
	}
	for _, s := range p.File.Stages {
		if !isResult(p, s) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(p.Settings.Labels)) {
			if !inherits(s, has, name) {
				p.Report(finding.Finding{
					Span:    s.From.KeywordSpan,
					Message: "the image has no label " + name,
					Hint:    "write LABEL " + name + "=… in this stage",
				})
			}
		}
	}
}

// isResult reports whether a stage is an image that the file is for: no other
// stage uses it.
func isResult(p *rule.Pass, s *dockerfile.Stage) bool {
	for _, other := range p.File.Stages {
		for _, d := range other.Deps {
			if d.Stage == s {
				return false
			}
		}
	}
	return true
}

// inherits reports whether a stage or one of its parents has the label.
func inherits(s *dockerfile.Stage, has map[*dockerfile.Stage]map[string]bool, name string) bool {
	for ; s != nil; s = s.Parent {
		if has[s][name] {
			return true
		}
	}
	return false
}
