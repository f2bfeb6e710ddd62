package source_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/source"
)

// span is short for a span.
func span(start, end int) source.Span { return source.Span{Start: start, End: end} }

func TestMapped(t *testing.T) {
	file := []byte("RUN a \\\n# note\n  && b")
	m := source.Concat(
		source.Verbatim(file, span(4, 6)),
		source.Verbatim(file, span(15, 21)),
		source.Replaced("\n", span(21, 21)),
		source.Replaced("xyz", span(0, 3)),
	)
	if got, want := m.Text(), "a   && b\nxyz"; got != want {
		t.Fatalf("text is %q, want %q", got, want)
	}
	tests := []struct {
		name  string
		in    source.Span
		want  []source.Span
		exact bool
	}{
		{"one byte", span(0, 1), []source.Span{span(4, 5)}, true},
		{"over a removed comment", span(0, 6), []source.Span{span(4, 6), span(15, 19)}, true},
		{"from the second piece", span(4, 6), []source.Span{span(17, 19)}, true},
		{"with what stands for nothing", span(7, 9), []source.Span{span(20, 21)}, false},
		{"part of a replaced piece", span(10, 11), []source.Span{span(0, 3)}, false},
		{"nothing", span(2, 2), []source.Span{span(15, 15)}, true},
		{"nothing at the end", span(12, 12), []source.Span{span(3, 3)}, true},
		{"outside", span(-4, 99), []source.Span{span(4, 6), span(15, 21), span(0, 3)}, false},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, m.Orig(tt.in)); diff != "" {
			t.Errorf("%s: Orig (-want +got)\n%s", tt.name, diff)
		}
		if got := m.Exact(tt.in); got != tt.exact {
			t.Errorf("%s: Exact is %v", tt.name, got)
		}
	}
	if got, want := m.OrigSpan(span(0, 8)), span(4, 21); got != want {
		t.Errorf("OrigSpan is %v, want %v", got, want)
	}
	if got, want := m.Slice(span(6, 8)).File(), span(19, 21); got != want {
		t.Errorf("a slice is from %v, want %v", got, want)
	}
	if got := (source.Mapped{}).File(); got != span(0, 0) {
		t.Errorf("the zero value is from %v", got)
	}
	if got := source.Verbatim(file, span(7, 7)).File(); got != span(7, 7) {
		t.Errorf("empty text is from %v", got)
	}
}

func TestShift(t *testing.T) {
	file := []byte("RUN a \\\n  b")
	m := source.Concat(source.Verbatim(file, span(4, 6)), source.Replaced("!", span(6, 8)), source.Verbatim(file, span(8, 11)))
	far := m.Shift(100)
	if far.Text() != m.Text() || far.File() != span(104, 111) || far.OrigSpan(span(2, 3)) != span(106, 108) {
		t.Errorf("shifted it is %q from %v", far.Text(), far.File())
	}
	if n, ok := m.Distance(far); !ok || n != 100 {
		t.Errorf("the distance is %d, %t", n, ok)
	}
	if n, ok := far.Distance(m); !ok || n != -100 {
		t.Errorf("the distance back is %d, %t", n, ok)
	}
	for _, other := range []source.Mapped{
		{}, m.Slice(span(0, 3)), source.Verbatim([]byte(m.Text()), span(0, m.Len())),
		source.Concat(m.Slice(span(0, 2)), source.Replaced("!", span(6, 7)), m.Slice(span(3, 6))),
	} {
		if n, ok := m.Distance(other); ok {
			t.Errorf("the distance to %q from %v is %d", other.Text(), other.File(), n)
		}
	}
}

// FuzzMapped cuts a text into pieces, joins some of them and slices the
// result: each byte must still know where it is from.
func FuzzMapped(f *testing.F) {
	f.Add("RUN a \\\n b", []byte{1, 2, 3}, 0, 5)
	f.Add("abc", []byte{}, 1, 1)
	f.Add("abcdef", []byte{255, 0, 1, 128, 7}, 2, 9)
	f.Fuzz(func(t *testing.T, text string, cuts []byte, from, to int) {
		var parts []source.Mapped
		var want strings.Builder
		at := 0
		for _, c := range cuts {
			end := min(at+int(c%8), len(text))
			switch s := span(at, end); c / 64 {
			case 0: // left out
			case 1:
				parts = append(parts, source.Replaced(strings.ToUpper(text[at:end])+"!", s))
				want.WriteString(strings.ToUpper(text[at:end]) + "!")
			default:
				parts = append(parts, source.Verbatim([]byte(text), s))
				want.WriteString(text[at:end])
			}
			at = end
		}
		whole := source.Concat(parts...)
		if whole.Text() != want.String() {
			t.Fatalf("text is %q, want %q", whole.Text(), want.String())
		}
		start := min(max(from, 0), whole.Len())
		end := min(max(to, start), whole.Len())
		m := whole.Slice(span(start, end))
		if m.Text() != whole.Text()[start:end] {
			t.Fatalf("slice is %q, want %q", m.Text(), whole.Text()[start:end])
		}
		for k := range m.Len() {
			one := m.OrigSpan(span(k, k+1))
			if one != whole.OrigSpan(span(start+k, start+k+1)) {
				t.Fatalf("byte %d is from %v in the slice, %v in the whole", k, one, whole.OrigSpan(span(start+k, start+k+1)))
			}
			if m.Exact(span(k, k+1)) && text[one.Start:one.End] != m.Text()[k:k+1] {
				t.Fatalf("byte %d of %q is from %v", k, m.Text(), one)
			}
		}
		parted := m.Orig(span(0, m.Len()))
		for k := 1; k < len(parted); k++ {
			if parted[k].Start < parted[k-1].End {
				t.Fatalf("parts %v are not in order", parted)
			}
		}
	})
}
