// Package pragma reads the comments by which people leave findings be: those
// of schlank, and those of hadolint, BuildKit, trivy and checkov as these tools
// read them. It imports dockerfile and source.
package pragma

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/source"
)

// Dialect is a tool whose comment it is.
type Dialect string

// The dialects.
const (
	Schlank  Dialect = "schlank"
	Hadolint Dialect = "hadolint"
	BuildKit Dialect = "check"
	Trivy    Dialect = "trivy"
	Checkov  Dialect = "checkov"
)

// Pragma is a comment that says which findings to leave be, and where.
type Pragma struct {
	Dialect Dialect
	// Span is the comment or directive without blanks around it; empty when
	// it comes from elsewhere.
	Span source.Span
	// Line is the whole lines of the comment, to take it away.
	Line source.Span
	// Covers is where the findings start that it is about.
	Covers source.Span
	// IDs are the rules it names.
	IDs []ID
	// All is set when it is about all findings that the dialect knows.
	All bool
	// Reason is why, as its author says; "" when they do not.
	Reason string
	// Errors is set when BuildKit's warnings are to be errors.
	Errors bool
	// Expires is when it ceases to count, zero for never.
	Expires time.Time
	// Problem says why a comment for schlank can't be understood, "" when it can.
	Problem string
}

// ID is a rule that a pragma names.
type ID struct {
	Text string
	Span source.Span
}

// Read are the pragmas of a file in order of place.
func Read(f *dockerfile.File) []Pragma {
	r := reader{file: f}
	for _, n := range f.Syntax.Nodes {
		switch n.Kind {
		case syntax.DirectiveLine:
			if n.Directive.Name == "check" {
				r.directive(n.Directive)
			}
		case syntax.CommentLine:
			r.comment(n.Span)
		case syntax.InstructionLines:
			r.instruction(n.Instruction)
		}
	}
	// What is above no instruction is about none.
	return r.out
}

// reader goes through the nodes of a file.
type reader struct {
	file *dockerfile.File
	out  []Pragma
	// next are the pragmas so far, by index, that are about the next
	// instruction.
	next []int
	// above are the comments that BuildKit takes for the next instruction's.
	above []source.Span
}

// directive reads the parser directive "check".
func (r *reader) directive(d *syntax.Directive) {
	p, ok := checkOptions(d.Value, d.ValueSpan.Start)
	if !ok {
		return
	}
	p.Span = trim(r.file.Source, d.Span)
	p.Line = d.Span
	p.Covers = r.whole()
	r.out = append(r.out, p)
}

// comment reads a comment line.
func (r *reader) comment(line source.Span) {
	span := trim(r.file.Source, line)
	text := r.file.Source.Text(span)
	if len(text) == 1 {
		r.above = nil
		return
	}
	r.above = append(r.above, line)
	for _, read := range []func(string, int) (Pragma, scope, bool){readSchlank, readHadolint, readTrivy, readCheckov} {
		p, where, ok := read(text, span.Start)
		if !ok {
			continue
		}
		p.Span, p.Line = span, line
		switch where {
		case file:
			p.Covers = r.whole()
		case stage:
			p.Covers = r.stage(span.Start)
		default:
			r.next = append(r.next, len(r.out))
		}
		r.out = append(r.out, p)
		return
	}
}

// instruction ends the pragmas that are about the next instruction.
func (r *reader) instruction(i *syntax.Instruction) {
	r.check(i)
	block := i.Span.Start // where trivy's comments right above start
	for _, k := range slices.Backward(r.next) {
		p := &r.out[k]
		switch {
		case p.Dialect == Schlank:
			p.Covers = source.Span{Start: p.Span.Start, End: i.Span.End}
		case p.Dialect == Hadolint && p.Line.End == i.Span.Start:
			p.Covers = i.Span // only on the very next line
		case p.Dialect == Trivy && p.Line.End == block:
			p.Covers = i.Span
			block = p.Line.Start
		}
	}
	r.next, r.above = nil, nil
	for _, piece := range i.Pieces {
		if piece.Kind != syntax.CommentPiece {
			continue
		}
		span := trim(r.file.Source, piece.Span)
		if p, where, ok := readSchlank(r.file.Source.Text(span), span.Start); ok && where == instruction {
			p.Span, p.Line, p.Covers = span, piece.Span, i.Span
			r.out = append(r.out, p)
		}
	}
}

// check reads the first check= among the comments above an instruction, which
// is the one that BuildKit goes by.
func (r *reader) check(i *syntax.Instruction) {
	for _, line := range r.above {
		span := trim(r.file.Source, line)
		m := checkComment.FindStringSubmatchIndex(r.file.Source.Text(span))
		if m == nil {
			continue
		}
		value := r.file.Source.Text(span)[m[2]:m[3]]
		value, _, _ = strings.Cut(value, " ")
		p, ok := checkOptions(value, span.Start+m[2])
		if !ok {
			return
		}
		p.Errors = false // only the directive has a say in that
		p.Span, p.Line = span, line
		p.Covers = i.Span
		r.out = append(r.out, p)
		return
	}
}

var checkComment = regexp.MustCompile(`^#\s*(?i:check)\s*=\s*(\S.*)$`)

// whole is the span of the file.
func (r *reader) whole() source.Span { return source.Span{End: len(r.file.Source.Bytes)} }

// stage is the span of the stage that a place is in: the first, if it is
// before that, or the whole file if there is none.
func (r *reader) stage(at int) source.Span {
	span := r.whole()
	for _, s := range r.file.Stages {
		if s.Index == 0 || s.Span.Start <= at {
			span = s.Span
		}
	}
	if len(r.file.Stages) > 0 && span == r.file.Stages[0].Span {
		span.Start = 0
	}
	return span
}

// trim is span without the blanks at either end.
func trim(f source.File, span source.Span) source.Span {
	text := f.Text(span)
	span.Start += len(text) - len(strings.TrimLeft(text, " \t\r\n\f\v"))
	span.End = span.Start + len(strings.TrimSpace(text))
	return span
}
