// Package syntax is the form of a Dockerfile: a tree of spans over its bytes
// that loses nothing. The nodes tile the file, so printing them gives the file
// back, whatever it holds, and an edit of one span leaves the rest as it was.
//
// Parsing never fails. What BuildKit's parser would refuse is a node like any
// other, and a Problem. Where the two agree on a file they agree on every
// instruction, flag, word and heredoc; the tests hold that.
//
// It imports source and dockerfile/expand.
package syntax

import "schlank/source"

// Kind says what a top-level node is.
type Kind int

// The kinds of top-level nodes.
const (
	// ByteOrderMark is the mark some editors put at the start of a file.
	ByteOrderMark Kind = iota
	// DirectiveLine is a parser directive such as "# syntax=…".
	DirectiveLine
	// CommentLine is a comment, with its line ending.
	CommentLine
	// BlankLine is a line of nothing but blanks, with its line ending.
	BlankLine
	// InstructionLines is an instruction with all its lines and heredocs.
	InstructionLines
)

// Node is a top-level part of the file. Nodes follow each other without gaps.
type Node struct {
	Kind Kind
	Span source.Span
	// Directive is set for a DirectiveLine, Instruction for InstructionLines.
	Directive   *Directive
	Instruction *Instruction
}

// File is the tree of a Dockerfile.
type File struct {
	// Text is the bytes of the file. They must not be changed.
	Text  []byte
	Nodes []Node
	// Directives and Instructions are the nodes of these kinds, in order.
	Directives   []*Directive
	Instructions []*Instruction
	// Escape is the escape and continuation character: \ or `.
	Escape byte
	// Problems is what could not be understood, in order of place.
	Problems []Problem
}

// Print is the text that the nodes make up: the bytes of the file.
func (f *File) Print() []byte {
	out := make([]byte, 0, len(f.Text))
	for _, n := range f.Nodes {
		out = append(out, f.Text[n.Span.Start:n.Span.End]...)
	}
	return out
}

// Directive is a parser directive.
type Directive struct {
	// Span is the whole line with its line ending.
	Span source.Span
	// Name is in lower case: syntax, escape or check.
	Name, Value         string
	NameSpan, ValueSpan source.Span
}

// Directive is the first directive of that name (in lower case), or nil.
func (f *File) Directive(name string) *Directive {
	for _, d := range f.Directives {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Above is the offset where the comment lines right above the instruction
// begin, and where its own lines do if there are none: the place to insert an
// instruction before it.
func (f *File) Above(i *Instruction) int {
	start := -1
	for _, n := range f.Nodes {
		switch {
		case n.Instruction == i:
			if start < 0 {
				start = n.Span.Start
			}
			return start
		case n.Kind != CommentLine:
			start = -1
		case start < 0:
			start = n.Span.Start
		}
	}
	return i.Span.Start
}

// Comments are the spans of the comment lines right above the instruction,
// without leading blanks and line endings. Like BuildKit it skips blank lines
// in between, and an empty comment ends the block.
func (f *File) Comments(i *Instruction) []source.Span {
	var out []source.Span
	for _, n := range f.Nodes {
		switch {
		case n.Instruction == i:
			return out
		case n.Kind == InstructionLines:
			out = nil
		case n.Kind == CommentLine:
			span := trimSpan(f.Text, n.Span)
			if span.Len() == 1 {
				out = nil
			} else {
				out = append(out, span)
			}
		}
	}
	return nil
}
