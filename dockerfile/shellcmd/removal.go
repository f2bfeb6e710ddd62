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
		if span, ok := r.span(k); ok && !r.crosses(span) && !r.joins(span) {
			out[k] = append([]source.Span{span}, r.bodies[k]...)
		}
	}
	return out
}

// span is what to take away of element k, besides its heredoc bodies, and
// false when nothing would be right. What stays must run as it did before:
// without b, "a && b; c" is "a; c", and "{ a; b; }" keeps its semicolon.
func (r *remover) span(k int) (source.Span, bool) {
	own, e := r.own[k], r.elements[k]
	switch {
	case k > 0 && r.elements[k-1].conditional() && !e.conditional():
		return source.Span{Start: r.own[k-1].End, End: own.End}, true
	case k+1 < len(r.elements):
		span := source.Span{Start: own.Start, End: r.own[k+1].Start}
		if r.crosses(span) && e.next == Newline {
			return r.line(k)
		}
		return span, true
	case k == 0:
		return source.Span{Start: own.Start, End: max(own.End, e.nextAt.End)}, true
	case r.elements[k-1].next == Newline:
		return r.line(k)
	}
	before := r.elements[k-1]
	span := source.Span{Start: before.nextAt.End, End: max(own.End, e.nextAt.End)}
	if e.next == End && before.next == Semicolon {
		span.Start = r.own[k-1].End
	}
	if r.crosses(span) {
		span.Start = own.Start
	}
	return span, true
}

// line is what to take away of element k when it starts a line: the line, if
// nothing else is in it.
func (r *remover) line(k int) (source.Span, bool) {
	span := source.Span{Start: r.own[k].Start, End: max(r.own[k].End, r.elements[k].nextAt.End)}
	blank := len(r.src) - len(strings.TrimLeft(r.src[span.End:], " \t\r"))
	before := strings.TrimRight(r.src[:span.Start], " \t")
	alone := before == "" || strings.HasSuffix(before, "\n") && !strings.HasSuffix(before, "\\\n")
	switch {
	case !alone:
	case blank < len(r.src) && r.src[blank] == '\n':
		span = source.Span{Start: len(before), End: blank + 1}
	case blank == len(r.src) && before != "" && !r.crosses(source.Span{Start: len(before) - 1, End: blank}):
		span = source.Span{Start: len(before) - 1, End: blank}
	}
	return span, true
}

// conditional reports whether the next element runs only if this one did well,
// or did not.
func (e element) conditional() bool { return e.next == And || e.next == Or }

// crosses reports whether a heredoc body of the list is in span.
func (r *remover) crosses(span source.Span) bool {
	for _, bodies := range r.bodies {
		if slices.ContainsFunc(bodies, span.Overlaps) {
			return true
		}
	}
	return false
}

// joins reports whether the characters on both sides of span would become one
// operator, as & and > do.
func (b *builder) joins(span source.Span) bool {
	const operators = "<>&|;("
	return span.Start > 0 && span.End < len(b.src) &&
		strings.IndexByte(operators, b.src[span.Start-1]) >= 0 && strings.IndexByte(operators, b.src[span.End]) >= 0
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
