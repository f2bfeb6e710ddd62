package shellcmd

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// word is a word with its value, if that can be told.
func (b *builder) word(w *syntax.Word) Word {
	span := b.span(w)
	out := Word{Text: b.script.Text.Text()[span.Start:span.End], Span: span, Orig: b.script.File(span), Static: true}
	parts := []source.Mapped{b.script.Text.Slice(source.Span{Start: span.Start, End: span.Start})}
	for k, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			parts = b.literal(parts, b.span(p), false)
			out.Glob = out.Glob || hasGlob(b.src[b.span(p).Start:b.span(p).End])
			if k == 0 && strings.HasPrefix(p.Value, "~") {
				out.Static = false
			}
		case *syntax.SglQuoted:
			parts, out.Static = b.single(parts, p, out.Static)
		case *syntax.DblQuoted:
			parts, out.Static = b.double(parts, p, out.Static)
		default:
			out.Static = false
		}
	}
	if out.Static {
		out.value = source.Concat(parts...)
		out.Value = out.value.Text()
	}
	return out
}

// single appends the inside of single quotes.
func (b *builder) single(parts []source.Mapped, q *syntax.SglQuoted, static bool) ([]source.Mapped, bool) {
	span := b.span(q)
	open := 1
	if q.Dollar {
		open = 2
		// $'…' has escapes of its own.
		static = static && !strings.Contains(q.Value, `\`)
	}
	inner := b.cut(source.Span{Start: span.Start + open, End: span.End - 1})
	return append(parts, b.script.Text.Slice(inner)), static
}

// double appends the inside of double quotes.
func (b *builder) double(parts []source.Mapped, q *syntax.DblQuoted, static bool) ([]source.Mapped, bool) {
	for _, p := range q.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok {
			return parts, false
		}
		parts = b.literal(parts, b.span(lit), true)
	}
	return parts, static && !q.Dollar
}

// literal appends plain text without its backslashes. In double quotes they
// count only before characters that are special there.
func (b *builder) literal(parts []source.Mapped, span source.Span, quoted bool) []source.Mapped {
	from := span.Start
	for at := span.Start; at < span.End; at++ {
		if b.src[at] != '\\' || at+1 == span.End {
			continue
		}
		next := b.src[at+1]
		if quoted && !strings.ContainsRune("$`\"\\\n", rune(next)) {
			continue
		}
		parts = append(parts, b.script.Text.Slice(source.Span{Start: from, End: at}))
		// The character stands for both bytes, so that an edit takes the
		// backslash too. An escaped line break is not there at all.
		if next != '\n' {
			both := b.script.File(source.Span{Start: at, End: at + 2})
			parts = append(parts, source.Replaced(b.script.Text.Text()[at+1:at+2], both))
		}
		at++
		from = at + 1
	}
	return append(parts, b.script.Text.Slice(source.Span{Start: from, End: span.End}))
}

// hasGlob reports whether unquoted text has a wildcard.
func hasGlob(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '*', '?':
			return true
		case '[':
			if strings.Contains(text[i:], "]") {
				return true
			}
		}
	}
	return false
}
