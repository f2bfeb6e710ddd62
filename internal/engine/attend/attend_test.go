package attend

import (
	"bytes"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	prefix, end := mark("n")
	tr := func(s string) string { return string(prefix) + s + string(end) }
	tests := []struct {
		name, in, out string
		code          int
		known         bool
	}{
		{"nothing", "", "", 0, false},
		{"no mark", "text\n", "text\n", 0, false},
		{"mark alone", tr("0"), "", 0, true},
		{"after text", "text" + tr("127"), "text", 127, true},
		{"before a straggler's text", tr("3") + "late", "late", 3, true},
		{"beginning of a mark", string(prefix), string(prefix), 0, false},
		{"not a number", tr("x") + tr("4"), tr("x"), 4, true},
		{"too many digits", string(prefix) + "123456", string(prefix) + "123456", 0, false},
		{"ready", tr("ready") + "text" + tr("1"), "text", 1, true},
		{"beyond a byte", tr("256"), tr("256"), 0, false},
		{"other nonce", strings.Replace(tr("1"), " n ", " m ", 1), strings.Replace(tr("1"), " n ", " m ", 1), 0, false},
		{"zero bytes", "\x00\x00s" + tr("9"), "\x00\x00s", 9, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for size := 1; size <= len(tt.in)+1; size++ {
				checkFilter(t, tt.in, size, tt.out, tt.code, tt.known)
			}
		})
	}
}

// checkFilter writes in pieces of a size.
func checkFilter(t *testing.T, in string, size int, out string, code int, known bool) {
	t.Helper()
	var got bytes.Buffer
	f := NewFilter(&got, "n")
	for rest := in; rest != ""; {
		n := min(size, len(rest))
		if m, err := f.Write([]byte(rest[:n])); m != n || err != nil {
			t.Fatalf("wrote %d of %d, %v", m, n, err)
		}
		rest = rest[n:]
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	c, k := f.Code()
	if got.String() != out || c != code || k != known {
		t.Errorf("in pieces of %d: %q, code %d %v; want %q, %d %v", size, got.String(), c, k, out, code, known)
	}
}

// FuzzFilter holds that pieces make no difference and nothing but marks
// is taken out.
func FuzzFilter(f *testing.F) {
	prefix, end := mark("n")
	f.Add("text", 1)
	f.Add("text"+string(prefix)+"12"+string(end)+"more", 3)
	f.Add(string(prefix)+string(prefix), 2)
	f.Fuzz(func(t *testing.T, in string, size int) {
		var whole bytes.Buffer
		w := NewFilter(&whole, "n")
		if _, err := w.Write([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		code, known := w.Code()
		if !strings.Contains(in, string(prefix)) && (known || whole.String() != in) {
			t.Fatalf("%q became %q, code %v, without a mark", in, whole.String(), known)
		}
		if size > 0 {
			checkFilter(t, in, size, whole.String(), code, known)
		}
	})
}
