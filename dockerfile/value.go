package dockerfile

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"schlank/dockerfile/expand"
	"schlank/dockerfile/syntax"
	"schlank/source"
)

// Value is a word in which variables may stand.
type Value struct {
	// Raw is the word as it is written, Text what it comes to.
	Raw, Text string
	// Known is not set when Text depends on a variable that is not known, one
	// that the base image may set for example.
	Known bool
	// Missing are the variables in it that are not set, Used those that are.
	Missing, Used []string
	// Span is its place, without what is around it, like --from=.
	Span source.Span

	mapped source.Mapped
}

// Mapped is the raw text with the places its bytes come from.
func (v Value) Mapped() source.Mapped { return v.mapped }

// Variable is the place of the first use of a variable in v, without $ and
// braces; all of v if it can't be found.
func (v Value) Variable(name string) source.Span {
	for at := 0; ; {
		n := strings.IndexByte(v.Raw[at:], '$')
		if n < 0 {
			return v.Span
		}
		at += n + 1
		start := at
		if strings.HasPrefix(v.Raw[at:], "{") {
			start++
		}
		rest, ok := strings.CutPrefix(v.Raw[start:], name)
		if c, _ := utf8.DecodeRuneInString(rest); ok && !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' {
			return v.mapped.OrigSpan(source.Span{Start: start, End: start + len(name)})
		}
	}
}

// raw is a value that has not been expanded yet.
func raw(m source.Mapped) Value {
	return Value{Raw: m.Text(), Text: m.Text(), Known: true, Span: m.File(), mapped: m}
}

// ValueOf is a word that has not been expanded.
func ValueOf(w syntax.Word) Value { return plainValue(w) }

// plainValue is a value in which variables don't count.
func plainValue(w syntax.Word) Value {
	v := raw(w.Mapped)
	v.Span = w.Span
	return v
}

// lexer reads words of this file.
func (f *File) lexer() expand.Lexer { return expand.Lexer{Escape: f.Syntax.Escape} }

// expand puts the variables of env into v. One that can't be read is a finding
// and stays as it is.
func (f *File) expand(v Value, env Env) Value {
	result, err := f.lexer().Expand(v.Raw, env.Get)
	if err != nil {
		f.badVariable(v, err)
		v.Known = false
		return v
	}
	v.Text, v.Missing, v.Used = result.Text, result.Missing, result.Used
	v.Known = len(result.Missing) == 0
	for _, name := range result.Used {
		v.Known = v.Known && env.Known(name)
	}
	return v
}

// expandWords is expand for a word that may become several, or none.
func (f *File) expandWords(v Value, env Env) []Value {
	whole := f.expand(v, env)
	result, err := f.lexer().Expand(v.Raw, env.Get)
	if err != nil {
		return []Value{whole}
	}
	var out []Value
	for _, w := range result.Words {
		one := whole
		one.Text = w.Text
		out = append(out, one)
	}
	return out
}

// badVariable notes a word that can't be expanded, at the place in it.
func (f *File) badVariable(v Value, err error) {
	span := v.Span
	var at *expand.Error
	if errors.As(err, &at) {
		span = v.mapped.OrigSpan(at.Span)
	}
	f.errorf(BadVariable, span, "check quotes and ${…}; escape a $ that is meant literally",
		"%q can't be expanded: %s", v.Raw, err)
}
