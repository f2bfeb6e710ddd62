package source

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Edit replaces the bytes of Span by New. An empty span inserts.
type Edit struct {
	Span Span
	New  string
}

// Insert is the edit that puts text before the byte at offset.
func Insert(offset int, text string) Edit {
	return Edit{Span: Span{Start: offset, End: offset}, New: text}
}

// Delete is the edit that takes the bytes of span away.
func Delete(span Span) Edit { return Edit{Span: span} }

// Apply returns text with all edits made; text itself stays as it is.
//
// The edits may come in any order: all spans speak of the original text.
// Insertions at one offset keep the order in which they were given, and come
// before a replacement that starts there. Overlapping spans, and spans outside
// the text, are an error, because no answer to them would be right.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		if c := cmp.Compare(a.Span.Start, b.Span.Start); c != 0 {
			return c
		}
		// An insertion at the start of a replaced span goes before it.
		return cmp.Compare(min(a.Span.Len(), 1), min(b.Span.Len(), 1))
	})
	var out bytes.Buffer
	at := 0
	for _, e := range sorted {
		switch {
		case e.Span.Start < 0 || e.Span.End > len(text) || e.Span.Start > e.Span.End:
			return nil, fmt.Errorf("applying edits: span %v is outside the text of %d bytes", e.Span, len(text))
		case e.Span.Start < at:
			return nil, fmt.Errorf("applying edits: span %v overlaps the edit before it, which ends at %d", e.Span, at)
		}
		out.Write(text[at:e.Span.Start])
		out.WriteString(e.New)
		at = e.Span.End
	}
	out.Write(text[at:])
	return out.Bytes(), nil
}
