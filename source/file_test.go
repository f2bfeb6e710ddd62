package source_test

import (
	"strings"
	"testing"

	"schlank/source"
)

func TestPosition(t *testing.T) {
	f := source.File{Bytes: []byte("ab\ncé\r\n\nd")}
	tests := []struct{ offset, line, column int }{
		{-1, 1, 1}, {0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {6, 2, 4}, {8, 3, 1}, {9, 4, 1}, {10, 4, 2}, {99, 4, 2},
	}
	for _, tt := range tests {
		if line, column := f.Position(tt.offset); line != tt.line || column != tt.column {
			t.Errorf("offset %d is at %d:%d, want %d:%d", tt.offset, line, column, tt.line, tt.column)
		}
	}
	for offset, want := range map[int]string{0: "ab", 2: "ab", 3: "cé", 7: "cé", 8: "", 9: "d", 10: "d"} {
		if got := f.LineText(offset); got != want {
			t.Errorf("the line at %d is %q, want %q", offset, got, want)
		}
	}
}

func TestNewline(t *testing.T) {
	for text, want := range map[string]string{"": "\n", "a": "\n", "a\nb\r\n": "\n", "a\r\nb\n": "\r\n", "\na": "\n"} {
		if got := (source.File{Bytes: []byte(text)}).Newline(); got != want {
			t.Errorf("of %q it is %q, want %q", text, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	f := source.File{Bytes: []byte("FROM a\n\tRUN é instal \\\n  \x1b[31mx\n")}
	tests := []struct {
		name string
		span source.Span
		want string
	}{
		{"a word", span(15, 21), "   2 | \tRUN é instal \\\n     | \t      ^^^^^^\n"},
		{"more than a line", span(15, 40), "   2 | \tRUN é instal \\\n     | \t      ^^^^^^^^\n"},
		{"nothing", span(0, 0), "   1 | FROM a\n     | ^\n"},
		{"what a terminal would obey", span(27, 28), "   3 |   ?[31mx\n     |    ^\n"},
		{"the end", span(99, 99), "   4 | \n     | ^\n"},
	}
	for _, tt := range tests {
		if got := f.Excerpt(tt.span); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// FuzzExcerpt checks that no text makes the excerpt fail or sends a terminal
// anything but text.
func FuzzExcerpt(f *testing.F) {
	f.Add("FROM a\n\x1b[31m\xff\r\n", 3, 9)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		got := source.File{Bytes: []byte(text)}.Excerpt(span(start, end))
		if strings.Count(got, "\n") != 2 || strings.ContainsAny(got, "\x1b\r\x00") {
			t.Fatalf("%q at %d-%d gives %q", text, start, end, got)
		}
	})
}
