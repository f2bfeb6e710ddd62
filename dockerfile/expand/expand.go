// Package expand is the small language that Dockerfile words are written in:
// quotes, escapes and variables such as ${VERSION:-3.11}. It gives the same
// words as BuildKit's frontend, which reads them neither quite as a POSIX shell
// does nor quite as its own documentation says. It imports source only.
package expand

import (
	"unicode"
	"unicode/utf8"

	"schlank/source"
)

// Lookup is the value of a variable, and whether it is set.
type Lookup func(name string) (value string, set bool)

// Unset is the environment in which no variable is set.
func Unset(string) (string, bool) { return "", false }

// Lexer reads words. The zero value reads them as instructions do, with the
// backslash as escape character.
type Lexer struct {
	// Escape is the escape character, a backslash if it is 0.
	Escape byte
	// KeepQuotes leaves the quotes in the result.
	KeepQuotes bool
	// KeepEscapes leaves the escape characters in the result.
	KeepEscapes bool
	// PlainQuotes takes quotes for plain characters, as heredoc bodies do.
	PlainQuotes bool
	// KeepUnset leaves variables in the result that are not set.
	KeepUnset bool
}

// Result is what a text expands to.
type Result struct {
	// Text is the whole as one word, blanks included.
	Text string
	// Words is the text split at blanks that are not quoted, also at those
	// that come from the value of a variable.
	Words []Word
	// Used and Missing name the variables that were asked for and were set,
	// and those that were not, in order of appearance and without repeats.
	Used, Missing []string
}

// Word is one word of a text.
type Word struct {
	Text string
	// Span is the place of the word in the text that was read.
	Span source.Span
}

// Error says which part of a text can't be expanded, and why.
type Error struct {
	Span    source.Span // in the text that was read
	Message string
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Expand reads text and puts the values of variables in. The error, if any, is
// an *Error.
func (l Lexer) Expand(text string, env Lookup) (Result, error) {
	r := reader{Lexer: l, text: text, env: env, rawEscapes: l.KeepEscapes}
	if r.Escape == 0 {
		r.Escape = '\\'
	}
	// A byte order mark at the very start is not part of the word.
	if r.peek() == '\uFEFF' {
		r.next()
	}
	out, words, err := r.until(end, l.KeepEscapes, false)
	if err != nil {
		return Result{}, err
	}
	return Result{Text: out, Words: words, Used: r.used, Missing: r.missing}, nil
}

// end is what the reader meets after the last character.
const end rune = -1

// maxDepth bounds how deep variables may stand inside variables, so that
// hostile text can't use up the stack.
const maxDepth = 200

// reader is the state of one expansion.
type reader struct {
	Lexer
	text  string
	at    int
	env   Lookup
	depth int
	// word collects the current word. It is shared by all levels of nesting.
	word       wordBuffer
	rawEscapes bool

	used, missing []string
}

// peek is the next character, or end.
func (r *reader) peek() rune {
	if r.at >= len(r.text) {
		return end
	}
	c, _ := utf8.DecodeRuneInString(r.text[r.at:])
	return c
}

// next takes the next character, or end.
func (r *reader) next() rune {
	if r.at >= len(r.text) {
		return end
	}
	c, n := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += n
	return c
}

// fail is the error that message is true of the text from start up to here.
func (r *reader) fail(start int, message string) error {
	return &Error{Span: source.Span{Start: start, End: r.at}, Message: message}
}

// escape is the escape character as a rune.
func (r *reader) escape() rune { return rune(r.Escape) }

// get looks a variable up and notes that it was asked for.
func (r *reader) get(name string) (string, bool) {
	value, set := r.env(name)
	if set {
		r.used = note(r.used, name)
	} else {
		r.missing = note(r.missing, name)
	}
	return value, set
}

// note adds name to names if it is not there yet.
func note(names []string, name string) []string {
	for _, n := range names {
		if n == name {
			return names
		}
	}
	return append(names, name)
}

// wordBuffer splits what is written to it into words.
type wordBuffer struct {
	buf  []byte
	span source.Span
}

// raw adds a character that never ends a word.
func (w *wordBuffer) raw(s string, from source.Span) {
	if len(w.buf) == 0 {
		w.span.Start = from.Start
	}
	w.buf = append(w.buf, s...)
	w.span.End = from.End
}

// char adds a character that ends the word if it is a blank.
func (w *wordBuffer) char(c rune, from source.Span, words []Word) []Word {
	if !unicode.IsSpace(c) {
		w.raw(string(c), from)
		return words
	}
	return w.flush(words)
}

// flush ends the word.
func (w *wordBuffer) flush(words []Word) []Word {
	if len(w.buf) > 0 {
		words = append(words, Word{Text: string(w.buf), Span: w.span})
		w.buf = w.buf[:0]
	}
	return words
}
