package rule

import (
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
