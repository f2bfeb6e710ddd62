package expand_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"schlank/dockerfile/expand"
)

// lexers are the ways in which words are read.
func lexers() []expand.Lexer {
	return []expand.Lexer{
		{},
		{Escape: '`'},
		{KeepQuotes: true},
		{KeepUnset: true},
		{PlainQuotes: true},
		{KeepQuotes: true, KeepEscapes: true, KeepUnset: true},
		{Escape: '`', KeepEscapes: true},
	}
}

// environment is the variables of the tests.
func environment() []string {
	return []string{"HOME=/root", "EMPTY=", "TWO=one two", "V=3.11.4-slim", "GLOB=a*b?c", "P=/usr/local/bin:/usr/bin", "é=accent", "1=first"}
}

// compare is what differs between BuildKit's reading of text and ours.
func compare(text string, l expand.Lexer) string {
	escape := '\\'
	if l.Escape != 0 {
		escape = rune(l.Escape)
	}
	env := shell.EnvsFromSlice(environment())
	lex := shell.NewLex(escape)
	lex.RawQuotes, lex.RawEscapes, lex.SkipProcessQuotes, lex.SkipUnsetEnv = l.KeepQuotes, l.KeepEscapes, l.PlainQuotes, l.KeepUnset
	want, wantErr := lex.ProcessWordWithMatches(text, env)
	got, gotErr := l.Expand(text, env.Get)
	if (wantErr != nil) != (gotErr != nil) {
		return fmt.Sprintf("BuildKit says %v, here it is %v", wantErr, gotErr)
	}
	if wantErr != nil {
		return ""
	}
	var words []string
	for _, w := range got.Words {
		words = append(words, w.Text)
	}
	return cmp.Diff(want.Result, got.Text) + cmp.Diff(want.Words, words) +
		cmp.Diff(len(want.Matched), len(got.Used)) + cmp.Diff(len(want.Unmatched), len(got.Missing))
}

// texts are words with all that the language has.
func texts() []string {
	return []string{
		"", "a", "a b", ` a  "b c" 'd e' `, `a\ b`, `a\`, `"a\"b"`, `"a\nb\\"`, `'a\'`, `"a`, `'a`, "`a`b", "`\"",
		"$HOME", "${HOME}", "x$HOME/y", "$$", "$", "$.", "$1", "$12x", "$?", "$-x", "${?}", "${#}", "${@x}", "$é", "${é}",
		"${}", "${", "${:", "${{a}", "${HOME", "${HOME!}", "${HOME:", "${HOME:!x}", "${NONE:0:1}", "${HOME:#x}",
		"${NONE-d}", "${EMPTY-d}", "${EMPTY:-d}", "${NONE:-$HOME}", "${NONE:-${EMPTY:-x y}}", "${NONE+d}", "${EMPTY+d}", "${EMPTY:+d}", "${HOME:+$TWO}",
		"${NONE?}", "${NONE:?why}", "${EMPTY?x}", "${EMPTY:?}", "${HOME:?x}",
		"${V#*.}", "${V##*.}", "${V%.*}", "${V%%.*}", "${V%-slim}", "${V#?.}", "${V#x}", "${NONE#x}", `${GLOB#a\*}`, `${GLOB%\?c}`, `${GLOB#a\b}`, `${V#\}}`, `${V%\}`, `${P##*/}`, "${V#[}", "${V%+}",
		"${V/./-}", "${V//./-}", "${V/./}", "${P//\\//_}", "${V/1*4/x}", "${V//[/x}", "${V//./$HOME}", "${V//1/$0}", "${V/", "${V/x", "${V/x/", "${NONE/x/y}", "${V//}", "${V///x}",
		`"${V}"`, `'${V}'`, `\${V}`, `"\$V"`, `"$TWO"`, "$TWO", "x${TWO}y", "80${NONE:-1}", "a${NONE:-b}c d", "a${V#3}c",
		"<<EOF", "a <<EOF b", "<< EOF", "<<-\"EOF\"", "< EOF", "<<<x", "3<<'E F'", "<<$HOME", "<<${NONE:-x}",
		"\uFEFFa", "é ü", "a\u00a0b", "a\u0085b", "a\tb\nc",
		`"${NONE:-"a b"}"`, `${NONE:-'a}b'}`, `${NONE:-a\}b}`, `${V#"3."}`, `${V#'3\.'}`, `"${V#"3"}"`, "${V#${EMPTY}3}", "${V%${NONE:--slim}}",
	}
}

// TestOracle reads words with BuildKit's lexer too.
func TestOracle(t *testing.T) {
	for _, text := range texts() {
		for _, l := range lexers() {
			if diff := compare(text, l); diff != "" {
				t.Errorf("%q as %+v:\n%s", text, l, diff)
			}
		}
	}
}

// FuzzExpand looks for words on which the two disagree, and checks the places
// of words and errors. Bytes that are no UTF-8 are the same in both but make
// BuildKit's scanner write to the standard error.
func FuzzExpand(f *testing.F) {
	for _, text := range texts() {
		for k := range lexers() {
			f.Add(text, k)
		}
	}
	f.Fuzz(func(t *testing.T, text string, k int) {
		l := lexers()[((k%len(lexers()))+len(lexers()))%len(lexers())]
		result, err := l.Expand(text, shell.EnvsFromSlice(environment()).Get)
		if err != nil {
			at := err.(*expand.Error)
			if at.Span.Start < 0 || at.Span.Start > at.Span.End || at.Span.End > len(text) {
				t.Fatalf("%q: the error is at %v", text, at.Span)
			}
		}
		for _, w := range result.Words {
			if w.Span.Start < 0 || w.Span.Len() <= 0 || w.Span.End > len(text) {
				t.Fatalf("%q: the word %q is at %v", text, w.Text, w.Span)
			}
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.Count(text, "${") > 150 {
			return // the oracle spoils such bytes, or takes too long over nested variables
		}
		if diff := compare(text, l); diff != "" {
			t.Errorf("%q as %+v:\n%s", text, l, diff)
		}
	})
}
