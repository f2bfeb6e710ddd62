package shellcmd

import (
	"cmp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// remover finds out how parts of a list can be removed.
type remover struct {
	*builder
	elements []element
	own      []source.Span   // where the elements are
	bodies   [][]source.Span // their heredoc bodies
}

// removals is for each element what to take away to remove it.
func (b *builder) removals(elements []element) [][]source.Span {
	out := make([][]source.Span, len(elements))
	r := remover{builder: b, elements: elements}
	for _, e := range elements {
		own := b.bare(e.stmt)
		bodies, ok := b.heredocs(e.stmt, own)
		if !ok {
			return out
		}
		r.own = append(r.own, own)
		r.bodies = append(r.bodies, bodies)
	}
	for k := range elements {
		if span, ok := r.span(k); ok && !r.crosses(span) {
			out[k] = append([]source.Span{span}, r.bodies[k]...)
		}
	}
	return out
}

// span is what to take away of element k, besides its heredoc bodies, and
// false when nothing would be right.
func (r *remover) span(k int) (source.Span, bool) {
	own := r.own[k]
	switch {
	case k+1 < len(r.elements):
		if span := (source.Span{Start: own.Start, End: r.own[k+1].Start}); !r.crosses(span) {
			return span, true
		}
		return r.endOfLine(k)
	case k == 0:
		return source.Span{Start: own.Start, End: max(own.End, r.elements[k].nextAt.End)}, true
	}
	end := max(own.End, r.elements[k].nextAt.End)
	if span := (source.Span{Start: r.own[k-1].End, End: end}); !r.crosses(span) {
		return span, true
	}
	// The line before has a heredoc, so its end must stay.
	before := r.elements[k-1].next
	return source.Span{Start: own.Start, End: end}, before != And && before != Or
}

// endOfLine is what to take away of element k when it is the last of a line
// after which heredoc bodies come.
func (r *remover) endOfLine(k int) (source.Span, bool) {
	own := r.own[k]
	if r.elements[k].next != Newline {
		return source.Span{}, false
	}
	if k > 0 && r.elements[k-1].next != Newline {
		return source.Span{Start: r.own[k-1].End, End: own.End}, true
	}
	end := strings.IndexByte(r.src[own.End:], '\n')
	return source.Span{Start: own.Start, End: own.End + end + 1}, end >= 0
}

// crosses reports whether a heredoc body of the list is in span.
func (r *remover) crosses(span source.Span) bool {
	for _, bodies := range r.bodies {
		if slices.ContainsFunc(bodies, span.Overlaps) {
			return true
		}
	}
	return false
}

// heredocs are the heredoc bodies of a statement that lie outside of own, its
// span, and false when the place of one can't be told.
func (b *builder) heredocs(s *syntax.Stmt, own source.Span) ([]source.Span, bool) {
	var out []source.Span
	known := true
	syntax.Walk(s, func(n syntax.Node) bool {
		r, ok := n.(*syntax.Redirect)
		if !ok || r.Op != syntax.Hdoc && r.Op != syntax.DashHdoc {
			return true
		}
		body := b.body(r)
		if body.Len() == 0 {
			known = false
		} else if !own.Contains(body) {
			out = append(out, body)
		}
		return true
	})
	slices.SortFunc(out, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	return out, known
}
