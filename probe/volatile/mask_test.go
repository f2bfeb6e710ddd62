package volatile

import (
	"strings"
	"testing"
	"time"
)

// noon is when the first recording of the tests was made.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestTokens(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a_b c\t d", "a_b| |c|\t |d"},
		{"<p>é1</p>", "<|p|>|é1|<|/|p|>"},
		{"1.5ms 1.2.3", "1.5|ms| |1.2|.|3"},
		{"\xff\xfea", "\xff|\xfe|a"},
		{"at 2026-03-01T12:00:00.5+01:00, 12:00", "at| |2026-03-01T12:00:00.5+01:00|,| |12:00"},
		{"Sun, 01 Mar 2026 12:00:00 GMT;", "Sun, 01 Mar 2026 12:00:00 GMT|;"},
		{"Sun Mar  1 12:00:00 2026", "Sun Mar  1 12:00:00 2026"},
		{"[01/Mar/2026:12:00:00 +0000]", "[|01/Mar/2026:12:00:00 +0000|]"},
		{"2026-99-99 12:00:00", "2026|-|99|-|99| |12:00:00"},
		{"25:99", "25|:|99"},
		{"9:29 p.m.", "9:29 p.m."},
		{"1772366400x 1772366400", "1772366400x| |1772366400"},
	}
	r := NewReader()
	for _, tc := range tests {
		var got []string
		for _, tok := range r.split(tc.in) {
			got = append(got, tok.text)
		}
		if s := strings.Join(got, "|"); s != tc.want {
			t.Errorf("%q: got %q, want %q", tc.in, s, tc.want)
		}
	}
}

// TestDiffLong checks that texts without anything in common cost neither time
// nor space.
func TestDiffLong(t *testing.T) {
	r := NewReader()
	a, b := r.Read(strings.Repeat("a b ", 200_000), noon()), r.Read(strings.Repeat("1 2\t", 200_000), noon())
	start := time.Now()
	m := NewMask(a, b)
	for _, x := range []Text{a, b} {
		if _, ok := m.Match(x); !ok {
			t.Error("the mask does not match what it was made of")
		}
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
}

// FuzzMask checks that a mask accepts what it was made of, and that cutting
// into tokens loses nothing.
func FuzzMask(f *testing.F) {
	f.Add("took 9 ms", "took 10 ms", "took 11 ms")
	f.Add("v=\"kJ9aQ7z1bTx0mP4c\">ok", "v=\"Zp3LwQ8vNd5rYt2u\">ok", "")
	f.Add("2026-03-01T12:00:00Z 12:00 p.m. 1772366400", "Sun, 01 Mar 2026 12:00:00 GMT", "\xff\x00")
	f.Add("a+b/c=", "d/e+f", "a.b.c")
	r := NewReader()
	f.Fuzz(func(t *testing.T, a, b, c string) {
		texts := []Text{r.Read(a, noon()), r.Read(b, noon().Add(time.Minute)), r.Read(c, noon())}
		for i, s := range []string{a, b, c} {
			var joined strings.Builder
			for _, x := range texts[i].tokens {
				joined.WriteString(x.text)
			}
			if joined.String() != s {
				t.Fatalf("tokens of %q join to %q", s, joined.String())
			}
		}
		m := NewMask(texts[0], texts[1])
		for i, x := range texts[:2] {
			if miss, ok := m.Match(x); !ok {
				t.Errorf("the mask of %q and %q does not match recording %d: %+v", a, b, i+1, miss)
			}
		}
		if far, base, ok := m.match(texts[2]); !ok && (far < 0 || far > len(texts[2].tokens) || base < 0 || base > len(m.base)) {
			t.Errorf("place of the difference is out of range: %d, %d", far, base)
		}
		// Without anything volatile only points in time may differ.
		_, same := NewMask(texts[0], texts[0]).Match(texts[2])
		if same != (a == c) && !strings.ContainsAny(a, "0123456789") {
			t.Errorf("%q and %q: same %v", a, c, same)
		}
	})
}
