package lint

import (
	"schlank/finding"
	"schlank/source"
)

// Schema is what the document is an instance of: schema/lint-1.json.
const Schema = "schlank.lint/1"

// Document is findings as data for other programs. Published fields keep their
// meaning; new ones may come.
type Document struct {
	Schema   string         `json:"schema"`
	Findings []FindingEntry `json:"findings"`
}

// FindingEntry is a finding. Lines and columns count from 1, columns in bytes;
// the end is right after the last byte.
type FindingEntry struct {
	File      string     `json:"file"`
	Line      int        `json:"line"`
	Column    int        `json:"column"`
	EndLine   int        `json:"end_line"`
	EndColumn int        `json:"end_column"`
	Rule      string     `json:"rule"`
	Aliases   []string   `json:"aliases"`
	Severity  string     `json:"severity"`
	Message   string     `json:"message"`
	Hint      string     `json:"hint,omitempty"`
	Bytes     int64      `json:"bytes"`
	Basis     string     `json:"basis"`
	Fixes     []FixEntry `json:"fixes"`
}

// FixEntry is a fix of a finding.
type FixEntry struct {
	Title  string `json:"title"`
	Safety string `json:"safety"`
}

// NewDocument is a document of the findings of files, in order.
func NewDocument(results ...Result) Document {
	d := Document{Schema: Schema, Findings: []FindingEntry{}}
	for _, r := range results {
		for _, f := range r.Findings {
			d.Findings = append(d.Findings, newEntry(r.File.Source, f))
		}
	}
	return d
}

func newEntry(file source.File, f finding.Finding) FindingEntry {
	e := FindingEntry{
		File: file.Name, Rule: f.ID, Aliases: []string{}, Severity: f.Severity.String(), Message: f.Message, Hint: f.Hint,
		Bytes: f.Cost.Bytes, Basis: f.Cost.Basis.String(), Fixes: []FixEntry{},
	}
	e.Line, e.Column = file.Position(f.Span.Start)
	e.EndLine, e.EndColumn = file.Position(f.Span.End)
	e.Aliases = append(e.Aliases, f.Aliases...)
	for _, x := range f.Fixes {
		e.Fixes = append(e.Fixes, FixEntry{x.Title, x.Safety.String()})
	}
	return e
}
