package expand

import (
	"strings"

	"schlank/source"
)

// until reads up to stop, which it takes too, and returns the text and the
// words. keepEscapes leaves escape characters in; pattern doubles those that
// stand for themselves inside quotes, so that the pattern can be read again.
func (r *reader) until(stop rune, keepEscapes, pattern bool) (string, []Word, error) {
	defer func(was bool) { r.rawEscapes = was }(r.rawEscapes)
	r.rawEscapes = keepEscapes
	start := r.at
	// BuildKit's levels share one buffer too, and a nested level starts by
	// emptying it: "80${X:-1}" splits into the one word "1".
	r.word.buf = r.word.buf[:0]

	var out strings.Builder
	var words []Word
	for {
		from := r.at
		c := r.peek()
		if c == end {
			break
		}
		if c == stop {
			r.next()
			return out.String(), r.word.flush(words), nil
		}
		text, special, err := r.special(c, pattern)
		if err != nil {
			return "", nil, err
		}
		if special {
			out.WriteString(text)
			span := source.Span{Start: from, End: r.at}
			if c != '$' {
				r.word.raw(text, span)
				continue
			}
			for _, c := range text {
				words = r.word.char(c, span, words)
			}
			continue
		}
		words = r.plain(&out, words)
	}
	if stop != end {
		return "", nil, r.fail(start, "missing "+string(stop))
	}
	return out.String(), r.word.flush(words), nil
}

// special reads what starts with a character that means something: a quote, a
// variable, a heredoc marker.
func (r *reader) special(c rune, pattern bool) (string, bool, error) {
	var text string
	var err error
	switch {
	case c == '$':
		text, err = r.dollar()
	case c == '<':
		text = r.less()
	case c == '\'' && !r.PlainQuotes:
		text, err = r.single(pattern)
	case c == '"' && !r.PlainQuotes:
		text, err = r.double(pattern)
	default:
		return "", false, nil
	}
	return text, true, err
}

// plain reads one character that stands for itself, or an escaped one.
func (r *reader) plain(out *strings.Builder, words []Word) []Word {
	from := r.at
	c := r.next()
	if c != r.escape() {
		out.WriteRune(c)
		return r.word.char(c, source.Span{Start: from, End: r.at}, words)
	}
	if r.rawEscapes {
		out.WriteRune(c)
		r.word.raw(string(c), source.Span{Start: from, End: r.at})
	}
	if c = r.next(); c != end {
		out.WriteRune(c)
		r.word.raw(string(c), source.Span{Start: from, End: r.at})
	}
	return words
}

// single reads a single-quoted string. Nothing is special in it.
func (r *reader) single(pattern bool) (string, error) {
	start := r.at
	var out strings.Builder
	r.quote(&out)
	for {
		switch c := r.peek(); c {
		case end:
			return "", r.fail(start, "missing closing single quote")
		case '\'':
			r.quote(&out)
			return out.String(), nil
		default:
			if pattern && c == r.escape() {
				out.WriteRune(c)
			}
			out.WriteRune(r.next())
		}
	}
}

// double reads a double-quoted string. Variables are special in it, and the
// escape character is before a quote, a dollar and itself.
func (r *reader) double(pattern bool) (string, error) {
	start := r.at
	var out strings.Builder
	r.quote(&out)
	for {
		switch c := r.peek(); c {
		case end:
			return "", r.fail(start, "missing closing double quote")
		case '"':
			r.quote(&out)
			return out.String(), nil
		case '$':
			value, err := r.dollar()
			if err != nil {
				return "", err
			}
			out.WriteString(value)
		case r.escape():
			r.next()
			r.escaped(&out, pattern)
		default:
			out.WriteRune(r.next())
		}
	}
}

// escaped reads what follows an escape character in a double-quoted string.
func (r *reader) escaped(out *strings.Builder, pattern bool) {
	switch c := r.peek(); c {
	case end:
	case '"', '$', r.escape():
		if r.rawEscapes {
			out.WriteRune(r.escape())
		}
		out.WriteRune(r.next())
	default:
		if r.rawEscapes && (!r.KeepQuotes || pattern) {
			out.WriteRune(r.escape())
		}
		out.WriteRune(r.escape())
	}
}

// quote takes a quote and writes it if quotes are kept.
func (r *reader) quote(out *strings.Builder) {
	if c := r.next(); r.KeepQuotes {
		out.WriteRune(c)
	}
}

// less reads "<", or "<<" with the blanks after it: the word that ends a
// heredoc may stand apart from the marker.
func (r *reader) less() string {
	start := r.at
	r.next()
	if r.peek() == '<' {
		r.next()
		for c := r.peek(); c == ' ' || c == '\t' || c == '\r'; c = r.peek() {
			r.next()
		}
	}
	return r.text[start:r.at]
}
