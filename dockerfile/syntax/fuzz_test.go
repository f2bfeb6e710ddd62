package syntax_test

import (
	"bytes"
	"testing"

	"schlank/dockerfile/syntax"
	"schlank/internal/corpus"
	"schlank/source"
)

// TestIdentity checks the promise of the package on all cases.
func TestIdentity(t *testing.T) {
	for _, c := range append(corpus.Own(), hostile()...) {
		checkIdentity(t, []byte(c.Text))
		checkMapping(t, []byte(c.Text))
	}
}

// hostile are inputs that are no Dockerfiles at all.
func hostile() []corpus.Case {
	return []corpus.Case{
		{Text: "\x00"}, {Text: "\xff\xfe\x00"}, {Text: "\r"}, {Text: "\r\r\n\\\r\n"}, {Text: "\xEF\xBB\xBF"}, {Text: "\xEF\xBB\xBF\xEF\xBB\xBF#\n"},
		{Text: "\\"}, {Text: "\\\n\\\n\\"}, {Text: "#\\\nA\\\n#\\\n\\\\\n"}, {Text: "A\v\f\u0085\u2028b\n"}, {Text: "RUN <<\n<<\n"},
		{Text: "FROM a\nRUN " + string(bytes.Repeat([]byte("x"), 70000)) + "\nRUN b\n"},
		{Text: "ONBUILD ONBUILD ONBUILD RUN <<A\nA\n"}, {Text: "RUN <<A <<A <<A\nA\nA"}, {Text: "COPY [\"\\u0000\\ud800\\\"\"]"},
	}
}

// FuzzIdentity looks for a file that does not print as it was, or whose nodes
// or pieces leave a gap.
func FuzzIdentity(f *testing.F) {
	for _, c := range append(corpus.Own(), hostile()...) {
		f.Add([]byte(c.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkIdentity(t, text) })
}

// FuzzMapping looks for derived text whose bytes are not those it says it is
// from, and for places outside of what holds them.
func FuzzMapping(f *testing.F) {
	for _, c := range append(corpus.Own(), hostile()...) {
		f.Add([]byte(c.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkMapping(t, text) })
}

func checkIdentity(t *testing.T, text []byte) {
	t.Helper()
	file := syntax.Parse(text)
	if got := file.Print(); !bytes.Equal(got, text) {
		t.Fatalf("printed %q, want %q", got, text)
	}
	at := 0
	for _, n := range file.Nodes {
		if n.Span.Start != at || n.Span.Len() <= 0 {
			t.Fatalf("%q: node %v at %v does not follow %d", text, n.Kind, n.Span, at)
		}
		if n.Instruction != nil {
			checkPieces(t, text, n.Instruction)
		}
		at = n.Span.End
	}
	if at != len(text) {
		t.Fatalf("%q: nodes end at %d of %d", text, at, len(text))
	}
	for _, p := range file.Problems {
		if p.Span.Start < 0 || p.Span.Start > p.Span.End || p.Span.End > len(text) || p.Message == "" || p.Code == "" {
			t.Fatalf("%q: problem %+v", text, p)
		}
	}
}

// checkPieces checks that pieces tile an instruction.
func checkPieces(t *testing.T, text []byte, i *syntax.Instruction) {
	t.Helper()
	at := i.Span.Start
	var logical []byte
	for _, p := range i.Pieces {
		if p.Span.Start != at || p.Span.Len() <= 0 {
			t.Fatalf("%q: piece %v at %v does not follow %d", text, p.Kind, p.Span, at)
		}
		if p.Kind == syntax.TextPiece {
			logical = append(logical, text[p.Span.Start:p.Span.End]...)
		}
		at = p.Span.End
	}
	if at != i.Span.End {
		t.Fatalf("%q: pieces end at %d of %v", text, at, i.Span)
	}
	if got := i.Logical().Text(); got != string(logical) {
		t.Fatalf("%q: logical text is %q, text pieces are %q", text, got, logical)
	}
}

func checkMapping(t *testing.T, text []byte) {
	t.Helper()
	file := syntax.Parse(text)
	for _, i := range file.Instructions {
		checkInstruction(t, file, i, i.Span)
	}
}

// checkInstruction checks all places of an instruction.
func checkInstruction(t *testing.T, file *syntax.File, i *syntax.Instruction, within source.Span) {
	t.Helper()
	checkMapped(t, file.Text, i.Logical(), within)
	checkMapped(t, file.Text, i.Args, within)
	inside(t, file.Text, "keyword", i.KeywordSpan, within)
	inside(t, file.Text, "bare", i.Bare(), within)
	inside(t, file.Text, "after flags", source.Span{Start: i.AfterKeyword(), End: i.AfterFlags()}, i.Bare())
	for _, f := range i.Flags {
		checkMapped(t, file.Text, f.Value, f.Span)
		inside(t, file.Text, "flag", f.Span, i.Bare())
		inside(t, file.Text, "flag name", f.NameSpan, f.Span)
	}
	for _, w := range i.Words {
		checkMapped(t, file.Text, w.Mapped, w.Span)
		inside(t, file.Text, "word", w.Span, i.Bare())
	}
	for _, p := range i.Pairs {
		checkMapped(t, file.Text, p.Name.Mapped, p.Span)
		checkMapped(t, file.Text, p.Value.Mapped, p.Span)
		inside(t, file.Text, "pair", p.Span, i.Bare())
	}
	if i.Nested != nil {
		checkInstruction(t, file, i.Nested, within)
	}
	for _, h := range i.Heredocs {
		checkMapped(t, file.Text, h.Content(file), h.Body)
		inside(t, file.Text, "heredoc marker", h.Marker, i.Bare())
		inside(t, file.Text, "heredoc body", h.Body, within)
		inside(t, file.Text, "heredoc end", h.End, within)
	}
}

// inside checks that span lies in outer.
func inside(t *testing.T, text []byte, what string, span, outer source.Span) {
	t.Helper()
	if span.Start > span.End || !outer.Contains(span) {
		t.Fatalf("%q: %s %v is not inside %v", text, what, span, outer)
	}
}

// checkMapped checks that each byte of m is the byte it says it is from,
// unless it stands for others, and that places grow with the text.
func checkMapped(t *testing.T, text []byte, m source.Mapped, within source.Span) {
	t.Helper()
	last := within.Start
	for k := range m.Len() {
		one := source.Span{Start: k, End: k + 1}
		from := m.OrigSpan(one)
		if from.Start < last || !within.Contains(from) {
			t.Fatalf("%q: byte %d of %q is from %v, after %d in %v", text, k, m.Text(), from, last, within)
		}
		last = from.Start
		if m.Exact(one) && (from.Len() != 1 || text[from.Start] != m.Text()[k]) {
			t.Fatalf("%q: byte %d of %q is from %v, %q", text, k, m.Text(), from, text[from.Start:from.End])
		}
	}
}
