package tui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"schlank/report"
)

// clean makes a text from an image safe to show on one line. Besides control
// characters it takes out what has no width of its own or changes that of its
// neighbours: terminals do not agree on those.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, report.Plain(s))
}

// width is the number of columns of a text, as the terminal library counts.
func width(s string) int { return ansi.StringWidthWc(s) }

// fit cuts or fills a text to exactly w columns.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	s = ansi.TruncateWc(s, w, "…")
	return s + strings.Repeat(" ", max(0, w-width(s)))
}

// fitRight is fit for figures: they stand on the right.
func fitRight(s string, w int) string {
	if n := width(s); n < w {
		return strings.Repeat(" ", w-n) + s
	}
	return fit(s, w)
}

// wrap breaks lines that are wider than w columns; what is continued is set in.
func wrap(lines []string, w int) []string {
	const inset = "  "
	var out []string
	for _, l := range lines {
		if width(l) <= w {
			out = append(out, l)
			continue
		}
		for i, part := range strings.Split(ansi.WrapWc(l, max(1, w-len(inset)), "/"), "\n") {
			if i > 0 {
				part = inset + part
			}
			out = append(out, part)
		}
	}
	return out
}

// reverse marks the selection. It is no colour: it stays without colours.
func reverse(s string) string { return "\x1b[7m" + s + "\x1b[27m" }

// bytesOrBlank prints a size, nothing for none.
func bytesOrBlank(n int64) string {
	if n == 0 {
		return ""
	}
	return report.Bytes(n)
}

// scroll is a place in a list that is seen through a window.
type scroll struct{ cursor, offset int }

// to moves the cursor to a line of n, seen through height of them.
func (s scroll) to(line, n, height int) scroll {
	height = max(1, height)
	s.cursor = max(0, min(line, n-1))
	s.offset = max(0, min(s.offset, n-height))
	s.offset = min(max(s.offset, s.cursor-height+1), s.cursor)
	return s
}
