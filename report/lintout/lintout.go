// Package lintout prints what was found in Dockerfiles, in the forms that
// people, editors and CI systems read. It decides nothing: which findings
// there are, and how bad they are, its caller says.
//
// It imports report, finding and source.
package lintout

import (
	"cmp"
	"slices"
	"strings"

	"schlank/finding"
	"schlank/source"
)

// File is a file with what was found in it.
type File struct {
	// Source has the name to print and the text.
	Source   source.File
	Findings []finding.Finding
}

// Rule is what is said about a rule beside its findings.
type Rule struct {
	ID, Name, Title, Why string
	Category             string
	Aliases              []string
	Severity             finding.Severity
	// URL is the address of its page, "" for none.
	URL string
}

// Report is all that is printed.
type Report struct {
	// Version is that of the program.
	Version string
	// Files are in the order of printing; those without findings too.
	Files []File
	// Rules are the rules that were run, in order of their IDs.
	Rules []Rule
}

// rule is the rule of an id; only the id is set for one that is not known,
// as of another program.
func (r *Report) rule(id string) Rule {
	k, ok := slices.BinarySearchFunc(r.Rules, id, func(r Rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return Rule{ID: id}
	}
	return r.Rules[k]
}

// place is where a finding is, counted from 1. Columns count bytes.
type place struct{ line, column, endLine, endColumn int }

// placeOf turns a span into lines and columns. The end is that of the last
// byte plus one, on that byte's line: a span that ends with a line ending
// does not reach into the next line.
func placeOf(f source.File, span source.Span) place {
	var p place
	p.line, p.column = f.Position(span.Start)
	if span.Len() == 0 {
		p.endLine, p.endColumn = p.line, p.column
		return p
	}
	end := span.End
	for end > span.Start+1 && (f.Bytes[end-1] == '\n' || f.Bytes[end-1] == '\r') {
		end--
	}
	p.endLine, p.endColumn = f.Position(end - 1)
	p.endColumn++
	return p
}

// name is what the findings of a rule are called: "SL1001 apt-lists-left".
func (r Rule) title() string {
	if r.Name == "" {
		return r.ID
	}
	return r.ID + " " + r.Name
}

// sentence is a message with its hint, as one text.
func sentence(f finding.Finding) string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + "; " + f.Hint
}

// count sums findings up by severity.
func (r *Report) count() (errors, warnings, infos int) {
	for _, f := range r.Files {
		for _, x := range f.Findings {
			switch x.Severity {
			case finding.Error:
				errors++
			case finding.Warning:
				warnings++
			default:
				infos++
			}
		}
	}
	return errors, warnings, infos
}

// aliases are the other tools' ids of a finding in one text: "DL3009, DS-0017".
func aliases(f finding.Finding) string { return strings.Join(f.Aliases, ", ") }
