package syntax

import (
	"strings"

	"schlank/source"
)

// scanFlags reads the flags in the part of the logical text that span names,
// and returns where the arguments start. Flags are the words before the first
// that does not start with two dashes; a word of only two dashes ends them.
func (i *Instruction) scanFlags(p *parser, span source.Span) int {
	text := i.logical.Text()
	for at := span.Start; at < span.End; {
		if isByteSpace(text[at]) {
			at++
			continue
		}
		if !strings.HasPrefix(text[at:span.End], "--") {
			return at
		}
		word, end := i.flagWord(source.Span{Start: at, End: span.End}, p.file.Escape)
		i.flagEnd = end
		if word.Text() == "--" {
			return end
		}
		i.Flags = append(i.Flags, newFlag(word, i.logical.OrigSpan(source.Span{Start: at, End: end})))
		at = end
	}
	return span.End
}

// flagWord reads one flag and returns it without quotes and escapes, and where
// it ends.
func (i *Instruction) flagWord(span source.Span, escape byte) (source.Mapped, int) {
	text := i.logical.Text()
	var parts []source.Mapped
	var quote byte
	at := span.Start
	for ; at < span.End; at++ {
		c := text[at]
		switch {
		case quote == 0 && isByteSpace(c):
			return source.Concat(parts...), at
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == escape && at+1 == span.End:
			continue
		case c == escape:
			// The character stands for both bytes.
			at++
			both := i.logical.OrigSpan(source.Span{Start: at - 1, End: at + 1})
			parts = append(parts, source.Replaced(text[at:at+1], both))
			continue
		}
		parts = append(parts, i.logical.Slice(source.Span{Start: at, End: at + 1}))
	}
	return source.Concat(parts...), span.End
}

// newFlag splits a flag into name and value.
func newFlag(word source.Mapped, span source.Span) Flag {
	text := word.Text()
	name, _, hasValue := strings.Cut(text[2:], "=")
	end := 2 + len(name)
	f := Flag{
		Span:     span,
		Name:     name,
		NameSpan: word.OrigSpan(source.Span{Start: 2, End: end}),
		HasValue: hasValue,
	}
	if hasValue {
		end++
	}
	f.Value = word.Slice(source.Span{Start: end, End: len(text)})
	return f
}
