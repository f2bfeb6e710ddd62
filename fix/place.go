package fix

import (
	"cmp"
	"slices"

	"schlank/source"
)

// inOrder is edits in order of place, as source.Apply makes them.
func inOrder(edits []source.Edit) []source.Edit {
	out := slices.Clone(edits)
	slices.SortStableFunc(out, func(a, b source.Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(min(a.Span.Len(), 1), min(b.Span.Len(), 1)))
	})
	return out
}

// forward is where a byte of the text before edits, in order of place, is after
// them: for one that was replaced, where what replaces it starts.
func forward(edits []source.Edit, offset int) int {
	shift := 0
	for _, e := range edits {
		if e.Span.End > offset {
			if e.Span.Start <= offset {
				return e.Span.Start + shift
			}
			break
		}
		shift += len(e.New) - e.Span.Len()
	}
	return offset + shift
}

// back is where a byte of the text after edits was before them: for one that
// was written by an edit, where that edit's span starts.
func back(edits []source.Edit, offset int) int {
	shift := 0
	for _, e := range edits {
		start := e.Span.Start + shift
		if offset < start {
			break
		}
		if offset < start+len(e.New) {
			return e.Span.Start
		}
		shift += len(e.New) - e.Span.Len()
	}
	return offset - shift
}

// line is the line of the original file that a byte of the present text is
// from.
func (r *run) line(offset int) int {
	for _, edits := range slices.Backward(r.history) {
		offset = back(edits, offset)
	}
	line, _ := r.original.Position(offset)
	return line
}

// written is the span of the final text from the first to the last byte that
// a step wrote.
func (r *run) written(step int) source.Span {
	edits := r.history[step]
	if len(edits) == 0 {
		return source.Span{}
	}
	first, last := edits[0], edits[len(edits)-1]
	shift := 0
	for _, e := range edits[:len(edits)-1] {
		shift += len(e.New) - e.Span.Len()
	}
	span := source.Span{Start: first.Span.Start, End: last.Span.Start + shift + len(last.New)}
	for _, later := range r.history[step+1:] {
		span.Start, span.End = forward(later, span.Start), forward(later, span.End)
	}
	return span
}
