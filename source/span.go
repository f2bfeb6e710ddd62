// Package source holds bytes and places in them: spans, edits, positions,
// and text that is derived from a file but still knows where each of its
// bytes came from. It imports nothing of this module.
package source

import "fmt"

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether t lies inside s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Overlaps reports whether s and t have a byte in common.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// Hull is the smallest span that holds both s and t.
func (s Span) Hull(t Span) Span {
	return Span{Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}

// Shift moves the span by n bytes.
func (s Span) Shift(n int) Span { return Span{Start: s.Start + n, End: s.End + n} }

// String is the span as "start-end".
func (s Span) String() string { return fmt.Sprintf("%d-%d", s.Start, s.End) }
