package source_test

import (
	"bytes"
	"testing"

	"schlank/source"
)

func TestApply(t *testing.T) {
	const text = "abcdef"
	tests := []struct {
		name  string
		edits []source.Edit
		want  string // "" for an error
	}{
		{"nothing", nil, "abcdef"},
		{"in any order", []source.Edit{{Span: span(4, 5), New: "E"}, {Span: span(0, 1), New: "A"}}, "AbcdEf"},
		{"insertions keep their order", []source.Edit{source.Insert(2, "1"), source.Insert(2, "2")}, "ab12cdef"},
		{"an insertion goes before a replacement", []source.Edit{{Span: span(2, 3), New: "C"}, source.Insert(2, "1")}, "ab1Cdef"},
		{"an insertion after a replacement", []source.Edit{source.Insert(3, "1"), {Span: span(2, 3), New: "C"}}, "abC1def"},
		{"neighbours", []source.Edit{{Span: span(0, 3), New: "x"}, source.Delete(span(3, 6))}, "x"},
		{"at the end", []source.Edit{source.Insert(6, "!")}, "abcdef!"},
		{"overlap", []source.Edit{source.Delete(span(0, 3)), source.Delete(span(2, 4))}, ""},
		{"twice the same", []source.Edit{source.Delete(span(0, 3)), source.Delete(span(0, 3))}, ""},
		{"an insertion inside a replacement", []source.Edit{source.Delete(span(0, 3)), source.Insert(1, "x")}, ""},
		{"outside", []source.Edit{source.Insert(7, "x")}, ""},
		{"before the start", []source.Edit{{Span: span(-1, 2)}}, ""},
		{"backwards", []source.Edit{{Span: span(3, 2)}}, ""},
	}
	for _, tt := range tests {
		in := []byte(text)
		got, err := source.Apply(in, tt.edits)
		if (err != nil) != (tt.want == "") || string(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
		if !bytes.Equal(in, []byte(text)) {
			t.Errorf("%s: the text itself is now %q", tt.name, in)
		}
	}
}
