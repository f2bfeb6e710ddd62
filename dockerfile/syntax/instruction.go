package syntax

import (
	"strings"
	"unicode"

	"schlank/source"
)

// Instruction is one instruction. Spans are bytes of the file.
type Instruction struct {
	// Span is all its lines: indentation, continuations, heredocs and the
	// line ending. For the instruction of an ONBUILD it is the part after
	// the word ONBUILD, without heredocs.
	Span source.Span
	// Keyword is the first word as it is written.
	Keyword     string
	KeywordSpan source.Span
	Flags       []Flag
	// Args is all that comes after the flags, trimmed, continuations joined.
	Args source.Mapped
	// JSON is set when the arguments are a JSON array of strings.
	JSON bool
	// Words are the arguments as BuildKit's parser splits them, quotes and
	// all: the elements of the array in JSON form, one word with all the
	// text in shell form and for USER, WORKDIR and the like, else words. For
	// HEALTHCHECK the first is CMD or NONE. Empty for ONBUILD and what is
	// unknown, and for ENV and LABEL, which have pairs.
	Words []Word
	// Pairs are the arguments of ENV, LABEL and ARG.
	Pairs []Pair
	// Heredocs are in the order of their markers.
	Heredocs []Heredoc
	// Nested is the instruction of an ONBUILD.
	Nested *Instruction
	// Pieces tile Span. A nested instruction has none.
	Pieces []Piece

	logical source.Mapped
	flagEnd int // offset in logical after the last flag, or the keyword
}

// Logical is the instruction joined over its lines as BuildKit joins it:
// without continuation marks, comments and blank lines, and without heredocs.
func (i *Instruction) Logical() source.Mapped { return i.logical }

// Name is the keyword in upper case.
func (i *Instruction) Name() string { return strings.ToUpper(i.Keyword) }

// Held reports whether an ONBUILD holds the instruction, so that it is for
// builds that start from the image.
func (i *Instruction) Held() bool { return i.Pieces == nil }

// Bare is the instruction without indentation and without the line ending
// after its last word or heredoc: what to replace to replace the instruction.
func (i *Instruction) Bare() source.Span {
	span := i.KeywordSpan
	if i.Keyword != "" {
		end := len(strings.TrimRightFunc(i.logical.Text(), unicode.IsSpace))
		span.End = i.logical.OrigSpan(source.Span{Start: end - 1, End: end}).End
	}
	if n := len(i.Heredocs); n > 0 {
		span.End = max(span.End, i.Heredocs[n-1].End.End)
	}
	return span
}

// AfterKeyword is the offset right after the keyword. Text inserted there must
// start with a blank: " --mount=type=cache,target=/root/.cache".
func (i *Instruction) AfterKeyword() int { return i.KeywordSpan.End }

// AfterFlags is the offset right after the last flag, or after the keyword
// when there is none.
func (i *Instruction) AfterFlags() int {
	if n := len(i.Flags); n > 0 {
		return i.Flags[n-1].Span.End
	}
	return i.KeywordSpan.End
}

// Flag is the first flag of that name, or nil.
func (i *Instruction) Flag(name string) *Flag {
	for k := range i.Flags {
		if i.Flags[k].Name == name {
			return &i.Flags[k]
		}
	}
	return nil
}

// Flag is a flag of an instruction: --name or --name=value.
type Flag struct {
	// Span is the whole flag with its quotes.
	Span source.Span
	// Name is without dashes.
	Name     string
	NameSpan source.Span
	// Value is without quotes and escapes; its spans leave them out too.
	Value    source.Mapped
	HasValue bool
}

// Word is an argument.
type Word struct {
	// Mapped is the text as BuildKit's parser hands it on: with quotes and
	// escapes, or decoded if it comes from a JSON array.
	source.Mapped
	// Span is the whole word, with the quotes of a JSON string.
	Span source.Span
}

// Pair is a name with its value: of ENV, LABEL or ARG.
type Pair struct {
	Span source.Span
	// Name and Value have their quotes and escapes.
	Name, Value Word
	// HasValue is not set for an ARG without default.
	HasValue bool
	// Legacy is set for the form "ENV name value".
	Legacy bool
}

// PieceKind says what a piece of an instruction is.
type PieceKind int

// The kinds of pieces.
const (
	// Indent is blanks before the keyword.
	Indent PieceKind = iota
	// TextPiece is text that counts; all of them joined are the logical text.
	TextPiece
	// Continuation is the escape character at the end of a line with what
	// follows it, the line ending included.
	Continuation
	// CommentPiece is a comment line between continuation lines.
	CommentPiece
	// BlankPiece is a blank line between continuation lines.
	BlankPiece
	// LineEnd is the line ending.
	LineEnd
	// HeredocBody is the lines of a heredoc.
	HeredocBody
	// HeredocEnd is the line that ends it.
	HeredocEnd
)

// Piece is a part of an instruction as it lies in the file. Pieces are never
// empty and follow each other without gaps.
type Piece struct {
	Kind PieceKind
	Span source.Span
}

// piece appends a piece unless it is empty.
func (i *Instruction) piece(kind PieceKind, span source.Span) {
	if span.Len() > 0 {
		i.Pieces = append(i.Pieces, Piece{Kind: kind, Span: span})
	}
}
