package syntax

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"schlank/source"
)

// array reads m as a JSON array of strings into Words and reports whether it
// is one. What is not JSON is a command in shell form, or plain words.
func (i *Instruction) array(p *parser, m source.Mapped) bool {
	text := m.Text()
	start := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	if !strings.HasPrefix(text[start:], "[") {
		return false
	}
	var elements []any
	if err := json.Unmarshal([]byte(text[start:]), &elements); err != nil {
		i.almostArray(p, m, start, err)
		return false
	}
	for _, e := range elements {
		if _, ok := e.(string); !ok {
			p.problem(NotStrings, m.File(), "the JSON array holds something else than strings",
				"put every element into double quotes")
			return false
		}
	}
	i.JSON = true
	for at := start; at < len(text); at++ {
		if text[at] != '"' {
			continue
		}
		end := stringEnd(text, at)
		span := source.Span{Start: at, End: end}
		i.Words = append(i.Words, Word{Mapped: decode(m, span), Span: m.OrigSpan(span)})
		at = end - 1
	}
	return true
}

// stringEnd is the offset after the JSON string that starts at start.
func stringEnd(text string, start int) int {
	for at := start + 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(text)
}

// decode is the value of the JSON string in span. Its plain parts are
// verbatim, its escapes are replaced.
func decode(m source.Mapped, span source.Span) source.Mapped {
	text := m.Text()
	body := source.Span{Start: span.Start + 1, End: span.End - 1}
	parts := []source.Mapped{m.Slice(source.Span{Start: body.Start, End: body.Start})}
	plain := body.Start
	for at := body.Start; at < body.End; {
		if text[at] != '\\' {
			at++
			continue
		}
		parts = append(parts, m.Slice(source.Span{Start: plain, End: at}))
		end := at + 2
		if text[at+1] == 'u' {
			end = at + 6
			// Two escapes can be the two halves of one character.
			if end+6 <= body.End && text[end] == '\\' && text[end+1] == 'u' {
				if both := unquote(text[at : end+6]); len([]rune(both)) == 1 {
					end += 6
				}
			}
		}
		parts = append(parts, source.Replaced(unquote(text[at:end]), m.OrigSpan(source.Span{Start: at, End: end})))
		at, plain = end, end
	}
	return source.Concat(append(parts, m.Slice(source.Span{Start: plain, End: body.End}))...)
}

// unquote is the value of the inside of a JSON string that is known to be one.
func unquote(s string) string {
	var out string
	if err := json.Unmarshal([]byte(`"`+s+`"`), &out); err != nil {
		return s
	}
	return out
}

// almostArray notes that text is not JSON though it looks as if it were meant
// to be: it starts with a bracket and a quoted string, and not like the
// shell's command [.
func (i *Instruction) almostArray(p *parser, m source.Mapped, start int, err error) {
	rest := m.Text()[start+1:]
	inner := strings.TrimLeft(rest, blanks)
	if inner == "" || !strings.ContainsRune(`"'`, rune(inner[0])) {
		return
	}
	if len(inner) < len(rest) {
		// With a blank after the bracket it may be the command [, unless a
		// comma follows the first string.
		_, after, _ := strings.Cut(inner[1:], inner[:1])
		if !strings.HasPrefix(strings.TrimLeft(after, blanks), ",") {
			return
		}
	}
	span := source.Span{Start: start, End: start + 1}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset > 0 {
		at := start + int(syntax.Offset) - 1
		span = source.Span{Start: at, End: min(at+1, m.Len())}
	}
	hint := "separate the strings with commas and close the array with ]"
	if inner[0] == '\'' {
		hint = "JSON needs double quotes"
	}
	p.problem(LooksLikeJSON, m.OrigSpan(span), "this looks like a JSON array but is not one, so it is taken as plain text", hint)
}
