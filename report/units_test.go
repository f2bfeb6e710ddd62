package report

import (
	"math"
	"testing"
)

func TestUnits(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 155_300_000: "155.3 MB",
		999_949_999: "999.9 MB", 999_950_000: "1.00 GB", 1_123_400_000: "1.12 GB", -1_500_000: "-1.5 MB",
		math.MaxInt64: "9223372036.85 GB", math.MinInt64: "-9223372036.85 GB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	for r, want := range map[float64]string{0: "0 %", 0.005: "0.5 %", 0.0995: "10 %", 0.154: "15 %", 1: "100 %"} {
		if got := Percent(r); got != want {
			t.Errorf("Percent(%v) = %q, want %q", r, got, want)
		}
	}
	for s, want := range map[float64]string{0: "0.0 s", 9.94: "9.9 s", 9.96: "10 s", 75.2: "75 s", 599.6: "10 min"} {
		if got := Seconds(s); got != want {
			t.Errorf("Seconds(%v) = %q, want %q", s, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -100: "-100", -1000: "-1,000"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "日本": 4, "e\u0301": 1, "": 0, "█▏": 2, "🐳": 2} {
		if got := width(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
	tests := []struct {
		s       string
		w       int
		unicode bool
		want    string
	}{
		{"abcdef", 6, true, "abcdef"}, {"abcdef", 5, true, "abcd…"}, {"abcdef", 5, false, "ab..."},
		{"日本語", 5, true, "日本…"}, {"日本語", 4, true, "日…"}, {"abcdef", 1, true, "a"}, {"abcdef", 0, true, ""}, {"abcdef", 3, false, "abc"},
	}
	for _, tt := range tests {
		if got := (Style{Unicode: tt.unicode}).truncate(tt.s, tt.w); got != tt.want {
			t.Errorf("truncate(%q, %d) = %q, want %q", tt.s, tt.w, got, tt.want)
		}
	}
}

func TestBar(t *testing.T) {
	tests := []struct {
		value, scale float64
		unicode      bool
		want         string
	}{
		{1, 1, true, "████"}, {0.5, 1, true, "██"}, {0.28, 1, true, "█▏"}, {0.001, 1, true, "▏"}, {0, 1, true, ""},
		{2, 1, true, "████"}, {1, 0, true, ""}, {math.NaN(), 1, true, ""}, {-1, 1, true, ""},
		{0.5, 1, false, "##"}, {0.001, 1, false, "#"},
	}
	for _, tt := range tests {
		if got := (Style{Unicode: tt.unicode}).bar(tt.value, tt.scale, 4); got != tt.want {
			t.Errorf("bar(%v of %v) = %q, want %q", tt.value, tt.scale, got, tt.want)
		}
	}
}

func TestStyle(t *testing.T) {
	if st := NewStyle(false, "", 80); st != (Style{}) {
		t.Errorf("no terminal: %+v", st)
	}
	if st := NewStyle(true, "1", 80); st.Color || !st.Unicode || st.Width != 80 {
		t.Errorf("NO_COLOR: %+v", st)
	}
	if got := NewStyle(true, "", 80).Line("ok\x1b[0m", Good); got != "\x1b[32mok�[0m\x1b[0m\n" {
		t.Errorf("Line = %q", got)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b[31m\u202e|<script>`*_\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{plain(s), EscapeMarkdown(s), (Style{}).truncate(plain(s), 10)} {
			for _, r := range out {
				if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' {
					t.Fatalf("%q becomes %q", s, out)
				}
			}
		}
		if w := width((Style{Unicode: true}).truncate(plain(s), 10)); w > 10 {
			t.Errorf("%q is cut to %d columns", s, w)
		}
	})
}
