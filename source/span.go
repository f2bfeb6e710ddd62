// Package source holds bytes and places in them: spans, edits, positions,
// and text that is derived from a file but still knows where each of its
// bytes came from. It imports nothing of this module.
package source

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether t lies inside s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }
