package lsp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"schlank/source"
)

func TestPositions(t *testing.T) {
	text := []byte("aé😀b\r\nc\rd\n")
	for _, tt := range []struct {
		off          int
		utf16, bytes position
	}{
		{0, position{0, 0}, position{0, 0}},
		{1, position{0, 1}, position{0, 1}},
		{3, position{0, 2}, position{0, 3}},
		{7, position{0, 4}, position{0, 7}},
		{8, position{0, 5}, position{0, 8}},
		{10, position{1, 0}, position{1, 0}},
		{12, position{2, 0}, position{2, 0}},
		{14, position{3, 0}, position{3, 0}},
	} {
		if got := positionOf(text, tt.off, false); got != tt.utf16 {
			t.Errorf("offset %d is %v, want %v", tt.off, got, tt.utf16)
		}
		if got := positionOf(text, tt.off, true); got != tt.bytes {
			t.Errorf("offset %d is %v in bytes, want %v", tt.off, got, tt.bytes)
		}
		if got := offset(text, tt.utf16, false); got != tt.off {
			t.Errorf("%v is offset %d, want %d", tt.utf16, got, tt.off)
		}
		if got := offset(text, tt.bytes, true); got != tt.off {
			t.Errorf("%v in bytes is offset %d, want %d", tt.bytes, got, tt.off)
		}
	}
	// Beyond the line, in a surrogate pair, beyond the text.
	for p, want := range map[position]int{{0, 99}: 8, {0, 3}: 3, {9, 0}: 14, {1, -1}: 10} {
		if got := offset(text, p, false); got != want {
			t.Errorf("%v is offset %d, want %d", p, got, want)
		}
	}
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte("a\r\nb\rc\n\xffé😀"), 3, 2, 1)
	f.Fuzz(func(t *testing.T, text []byte, off, line, char int) {
		if line > 1000 || line < 0 {
			return
		}
		for _, inBytes := range []bool{false, true} {
			at := offset(text, position{line, char}, inBytes)
			if at < 0 || at > len(text) {
				t.Fatalf("offset %d of %d", at, len(text))
			}
			p := positionOf(text, off, inBytes)
			back := offset(text, p, inBytes)
			if again := positionOf(text, back, inBytes); again != p {
				t.Errorf("%v leads to %d, which is %v", p, back, again)
			}
		}
	})
}

func TestDifference(t *testing.T) {
	for _, tt := range [][2]string{
		{"", ""}, {"a\n", "a\n"}, {"", "a\n"}, {"a\n", ""}, {"a\nb\nc\n", "a\nx\nc\n"}, {"a\nb\n", "a\nb\nb\n"},
		{"é\n", "è\n"}, {"a", "ba"}, {"aa", "a"}, {"a\n", "b\na\n"},
	} {
		e := difference([]byte(tt[0]), []byte(tt[1]))
		got, err := source.Apply([]byte(tt[0]), []source.Edit{e})
		if err != nil || string(got) != tt[1] {
			t.Errorf("%q to %q: %q, %v", tt[0], tt[1], got, err)
		}
	}
}

func FuzzDifference(f *testing.F) {
	f.Add("a\nb\n", "a\nc\nb\n")
	f.Fuzz(func(t *testing.T, from, to string) {
		got, err := source.Apply([]byte(from), []source.Edit{difference([]byte(from), []byte(to))})
		if err != nil || string(got) != to {
			t.Errorf("%q to %q: %q, %v", from, to, got, err)
		}
	})
}

func TestReader(t *testing.T) {
	for in, want := range map[string]string{
		"Content-Length: 2\r\n\r\n{}":          "{}",
		"content-length:2\nX: y\n\n{}":         "{}",
		"Content-Length: 3\r\n\r\n{}":          "unexpected EOF",
		"X: y\r\n\r\n":                         "a header without Content-Length",
		"Content-Length: -1\r\n\r\n":           "the limit is",
		"Content-Length: 999999999999\r\n\r\n": "the limit is",
		"Content-Length: 2":                    "unexpected EOF",
		strings.Repeat("a: b\r\n", maxHeader):  "a header of more than",
		strings.Repeat("a", maxHeader*4):       "a header",
	} {
		got, err := newReader(strings.NewReader(in)).next()
		if text := string(got); err != nil && !strings.Contains(err.Error(), want) || err == nil && text != want {
			t.Errorf("%.40q: %q, %v; want %q", in, text, err, want)
		}
	}
	if _, err := newReader(strings.NewReader("")).next(); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the end is %v", err)
	}
}

func FuzzServe(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"))
	f.Add([]byte("Content-Length: 99\r\n\r\n" + `{"id":1,"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///%zz","text":"a"}}}`))
	f.Add([]byte("Content-Length: 62\r\n\r\n" + `{"method":"textDocument/didChange","params":{"contentChanges":[]}}`))
	l := newLinter(f, "SL0012")
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		if err := New(l, "").Serve(t.Context(), bytes.NewReader(in), &out); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
