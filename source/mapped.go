package source

import (
	"sort"
	"strings"
)

// Mapped is text derived from a file that knows where each of its bytes came
// from: an instruction joined over its continuation lines, the decoded words of
// a JSON array, the body of a heredoc without its leading tabs.
//
// It is made of pieces. A verbatim piece is a run of file bytes, unchanged. A
// replaced piece stands for a run of file bytes but reads differently (the
// newline that the JSON escape \n stands for); it can't be split, so any part
// of it maps to all the bytes it stands for.
//
// Pieces follow each other in file order in all text that this module derives,
// but Mapped does not need them to. The zero value is empty text at offset 0.
// A Mapped is immutable.
type Mapped struct {
	text   string
	pieces []piece
	anchor int // where the text is in the file when it has no pieces
}

// piece maps the text from at (to the next piece's at) to the file bytes orig.
type piece struct {
	at       int
	orig     Span
	replaced bool
}

// Verbatim is the text of the bytes of span, unchanged.
func Verbatim(file []byte, span Span) Mapped {
	m := Mapped{text: string(file[span.Start:span.End]), anchor: span.Start}
	if span.Len() > 0 {
		m.pieces = []piece{{orig: span}}
	}
	return m
}

// Replaced is text that stands for the bytes of span but reads differently.
func Replaced(text string, span Span) Mapped {
	m := Mapped{text: text, anchor: span.Start}
	if text != "" {
		m.pieces = []piece{{orig: span, replaced: true}}
	}
	return m
}

// Concat is all parts in a row. Empty parts only lend their place, and only
// when all are empty.
func Concat(parts ...Mapped) Mapped {
	var out Mapped
	var text strings.Builder
	if len(parts) > 0 {
		out.anchor = parts[0].anchor
	}
	for _, p := range parts {
		for _, q := range p.pieces {
			q.at += text.Len()
			out.push(q)
		}
		text.WriteString(p.text)
	}
	out.text = text.String()
	return out
}

// push adds a piece, joining it to the last one where both are verbatim and
// the file bytes follow each other.
func (m *Mapped) push(p piece) {
	if n := len(m.pieces); n > 0 {
		last := &m.pieces[n-1]
		if !last.replaced && !p.replaced && last.orig.End == p.orig.Start && p.at-last.at == last.orig.Len() {
			last.orig.End = p.orig.End
			return
		}
	}
	m.pieces = append(m.pieces, p)
}

// Text is the derived text.
func (m Mapped) Text() string { return m.text }

// Len is the length of the derived text in bytes.
func (m Mapped) Len() int { return len(m.text) }

// Slice is the part of the text in span, which speaks of the derived text.
// A replaced piece that is cut still maps to all the bytes it stands for.
func (m Mapped) Slice(span Span) Mapped {
	span = m.clip(span)
	out := Mapped{text: m.text[span.Start:span.End], anchor: m.Offset(span.Start)}
	if span.Len() == 0 {
		return out
	}
	for i := m.find(span.Start); i < len(m.pieces) && m.pieces[i].at < span.End; i++ {
		p := m.pieces[i]
		out.pieces = append(out.pieces, piece{
			at:       max(p.at, span.Start) - span.Start,
			orig:     m.part(i, span),
			replaced: p.replaced,
		})
	}
	return out
}

// Orig lists the file bytes that the text in span came from: in the order of
// the text, adjacent ones joined, without the bytes that were left out in
// between. Empty text comes from one empty span.
func (m Mapped) Orig(span Span) []Span {
	span = m.clip(span)
	if span.Len() == 0 {
		at := m.Offset(span.Start)
		return []Span{{Start: at, End: at}}
	}
	var out []Span
	for i := m.find(span.Start); i < len(m.pieces) && m.pieces[i].at < span.End; i++ {
		part := m.part(i, span)
		if n := len(out); n > 0 && out[n-1].End == part.Start {
			out[n-1].End = part.End
		} else if n == 0 || out[n-1] != part {
			out = append(out, part)
		}
	}
	return out
}

// OrigSpan is the smallest span of the file that holds all that the text in
// span came from, and so also the continuations and comments in between.
func (m Mapped) OrigSpan(span Span) Span {
	parts := m.Orig(span)
	hull := parts[0]
	for _, p := range parts[1:] {
		hull = hull.Hull(p)
	}
	return hull
}

// File is the smallest span of the file that holds all the text came from.
func (m Mapped) File() Span { return m.OrigSpan(Span{End: len(m.text)}) }

// Shift is the same text n bytes further on in the file.
func (m Mapped) Shift(n int) Mapped {
	out := Mapped{text: m.text, anchor: m.anchor + n, pieces: make([]piece, len(m.pieces))}
	for k, p := range m.pieces {
		p.orig = p.orig.Shift(n)
		out.pieces[k] = p
	}
	return out
}

// Distance is how many bytes o lies further on in the file, and false if the
// two differ in more than that.
func (m Mapped) Distance(o Mapped) (n int, ok bool) {
	if m.text != o.text || len(m.pieces) != len(o.pieces) {
		return 0, false
	}
	n = o.anchor - m.anchor
	for k, p := range m.pieces {
		p.orig = p.orig.Shift(n)
		if p != o.pieces[k] {
			return 0, false
		}
	}
	return n, true
}

// Offset is where in the file the byte at offset i of the text starts, and for
// the end of the text where its last byte ends: the place to insert before.
func (m Mapped) Offset(i int) int {
	if len(m.pieces) == 0 {
		return m.anchor
	}
	if i >= len(m.text) {
		return m.pieces[len(m.pieces)-1].orig.End
	}
	return m.part(m.find(max(i, 0)), Span{Start: max(i, 0), End: max(i, 0) + 1}).Start
}

// Exact reports whether all of the text in span is file bytes, unchanged, so
// that an edit of it can be made in the file.
func (m Mapped) Exact(span Span) bool {
	span = m.clip(span)
	for i := m.find(span.Start); span.Len() > 0 && i < len(m.pieces) && m.pieces[i].at < span.End; i++ {
		if m.pieces[i].replaced {
			return false
		}
	}
	return true
}

// find is the index of the piece that holds the byte at offset i of the text.
func (m Mapped) find(i int) int {
	return max(0, sort.Search(len(m.pieces), func(k int) bool { return m.pieces[k].at > i })-1)
}

// part is what piece i maps the text in span to.
func (m Mapped) part(i int, span Span) Span {
	p := m.pieces[i]
	if p.replaced {
		return p.orig
	}
	end := p.at + p.orig.Len()
	return Span{
		Start: p.orig.Start + max(span.Start-p.at, 0),
		End:   p.orig.End - max(end-span.End, 0),
	}
}

// clip cuts span to the text.
func (m Mapped) clip(span Span) Span {
	start := min(max(span.Start, 0), len(m.text))
	return Span{Start: start, End: min(max(span.End, start), len(m.text))}
}
