package syntax

import (
	"bytes"
	"strings"
	"unicode"

	"schlank/source"
)

// regexpSpace is what \s stands for in the expression that defines directives.
const regexpSpace = "\t\n\f\r "

// directive reads a parser directive, "# name = value", or returns nil when
// the line, which starts at body, is none that BuildKit knows.
func (p *parser) directive(l line, body source.Span) *Directive {
	rest, ok := bytes.CutPrefix(p.bytes(body), []byte("#"))
	if !ok {
		return nil
	}
	rest = bytes.TrimLeftFunc(rest, unicode.IsSpace)
	start := body.End - len(rest)
	n := 0
	for n < len(rest) && isDirectiveChar(rest[n], n) {
		n++
	}
	after := bytes.TrimLeft(rest[n:], regexpSpace)
	if n == 0 || len(after) == 0 || after[0] != '=' {
		return nil
	}
	// The value is at least one character, whichever, without the blanks
	// around it.
	value := bytes.TrimLeft(after[1:], regexpSpace)
	from := body.End - len(value)
	value = bytes.TrimRight(value, regexpSpace)
	d := &Directive{
		Span:      l.span,
		Name:      strings.ToLower(string(rest[:n])),
		Value:     string(value),
		NameSpan:  source.Span{Start: start, End: start + n},
		ValueSpan: source.Span{Start: from, End: from + len(value)},
	}
	if len(value) == 0 || d.Name != "syntax" && d.Name != "escape" && d.Name != "check" {
		return nil
	}
	p.check(d)
	return d
}

// isDirectiveChar reports whether c can be character n of a directive's name.
func isDirectiveChar(c byte, n int) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || n > 0 && c >= '0' && c <= '9'
}

// check puts a directive into effect, or notes why it can't be.
func (p *parser) check(d *Directive) {
	if p.file.Directive(d.Name) != nil {
		p.problem(DuplicateDirective, d.NameSpan, "the directive "+d.Name+" is there twice", "remove one of the two")
		return
	}
	if d.Name != "escape" {
		return
	}
	if d.Value != "`" && d.Value != `\` {
		p.problem(BadEscape, d.ValueSpan, "the escape character can't be "+d.Value, "use \\ or `")
		return
	}
	p.file.Escape = d.Value[0]
}
