package syntax

import "schlank/source"

// Problem is a place that can't be understood, or not as it seems to be meant.
type Problem struct {
	Code Code
	Span source.Span
	// Message says what is the matter, Hint what to do about it.
	Message, Hint string
}

// Code is a kind of problem.
type Code string

// The kinds of problems. BuildKit refuses a file with any of them, but for
// the last two.
const (
	DuplicateDirective  Code = "duplicate-directive"
	BadEscape           Code = "bad-escape"
	LineTooLong         Code = "line-too-long"
	UnknownInstruction  Code = "unknown-instruction"
	UnterminatedHeredoc Code = "unterminated-heredoc"
	BadHeredoc          Code = "bad-heredoc"
	NotStrings          Code = "not-strings"
	MissingEquals       Code = "missing-equals"
	MissingValue        Code = "missing-value"
	LooksLikeJSON       Code = "looks-like-json"
	EmptyContinuation   Code = "empty-continuation"
)
