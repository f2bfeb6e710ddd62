package rule

import (
	"bytes"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
)

// Subject is a file that rules run over. What several rules need to know of it
// is found out once. It is for one goroutine.
type Subject struct {
	file     *dockerfile.File
	settings Settings
	context  Context
	facts    facts
}

// facts are what is known of a file once a rule has asked for it.
type facts struct {
	instructions []*dockerfile.Instruction
	commands     []Shell
	shipped      []*dockerfile.Stage
	memo         map[any]any
	lineEnding   string
}

// windows reports whether the first line ends as on Windows.
func (f *facts) windows(text []byte) bool {
	if f.lineEnding == "" {
		f.lineEnding = "\n"
		if k := bytes.IndexByte(text, '\n'); k > 0 && text[k-1] == '\r' {
			f.lineEnding = "\r\n"
		}
	}
	return f.lineEnding == "\r\n"
}

// withLineEndings is fixes that write the line endings of Windows.
func withLineEndings(fixes []finding.Fix) []finding.Fix {
	fixes = slices.Clone(fixes)
	for k := range fixes {
		edits := slices.Clone(fixes[k].Edits)
		for n := range edits {
			edits[n].New = strings.ReplaceAll(strings.ReplaceAll(edits[n].New, "\r\n", "\n"), "\n", "\r\n")
		}
		fixes[k].Edits = edits
	}
	return fixes
}

// On is a file for rules to run over.
func On(f *dockerfile.File, s Settings, c Context) *Subject {
	return &Subject{file: f, settings: s, context: c}
}

// Run runs a rule and returns its findings in order of place.
func (s *Subject) Run(r *Rule) []finding.Finding {
	p := &Pass{File: s.file, Settings: s.settings, Context: s.context, rule: r, facts: &s.facts}
	r.Run(p)
	finding.Sort(p.findings)
	return p.findings
}

// Run runs one rule over a file and returns its findings in order of place.
func Run(r *Rule, f *dockerfile.File, s Settings, c Context) []finding.Finding {
	return On(f, s, c).Run(r)
}
