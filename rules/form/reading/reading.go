// Package reading passes on what was found to be wrong when a Dockerfile was
// read: the rules SL0001 to SL0022 document those findings and may add fixes.
package reading

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Report passes the findings of an ID on. They carry the aliases that they were
// made with, which may be fewer than the rule's, or none. fixes may be nil.
func Report(p *rule.Pass, id string, fixes func(finding.Finding) []finding.Fix) {
	for _, f := range p.File.Findings {
		if f.ID != id {
			continue
		}
		if f.Aliases == nil {
			f.Aliases = []string{}
		}
		if fixes != nil {
			f.Fixes = fixes(f)
		}
		p.Report(f)
	}
}

// Meant is the word that the hint "did you mean …?" names, or "".
func Meant(f finding.Finding) string {
	word, ok := strings.CutPrefix(f.Hint, "did you mean ")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(word, "?")
}

// Correct is the fix that writes the word that is meant in place of span;
// none without such a hint.
func Correct(f finding.Finding, span source.Span) []finding.Fix {
	word := Meant(f)
	if word == "" {
		return nil
	}
	return []finding.Fix{{
		Title:  "write " + word,
		Safety: finding.Suggestion,
		Edits:  []source.Edit{{Span: span, New: word}},
	}}
}
