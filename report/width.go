package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes a text safe for a terminal and for one line: control
// characters, which could move the cursor or recolour the screen, and
// characters that turn the direction of writing are shown as "�".
func plain(s string) string {
	s = strings.ToValidUTF8(s, "�")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return '�'
		}
		return r
	}, s)
}

// Plain is the text made safe for a terminal and for one line, as all text
// of this package is.
func Plain(s string) string { return plain(s) }

// width is the number of terminal columns a text takes: none for combining
// marks, two for East Asian scripts and emoji.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

// truncate cuts a text to w columns and says so by its end.
func (st Style) truncate(s string, w int) string {
	if width(s) <= w {
		return s
	}
	mark := "..."
	if st.Unicode {
		mark = "…"
	}
	if w <= width(mark) {
		mark = ""
	}
	room := w - width(mark)
	end, used := 0, 0
	for i, r := range s {
		if used += runeWidth(r); used > room {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return s[:end] + mark
}

// pad fills a text up to w columns.
func pad(s string, w int, a Align) string {
	fill := strings.Repeat(" ", max(0, w-width(s)))
	if a == Right {
		return fill + s
	}
	return s + fill
}
