package report

import (
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"
)

// Diff returns the unified diff of two texts, coloured if the style allows
// it; "" for equal ones. The names head it as they are given.
func Diff(oldName, newName, oldText, newText string, st Style) string {
	diff := renumber(udiff.Unified(plain(oldName), plain(newName), oldText, newText))
	if !st.Color {
		return visible(diff)
	}
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(diff, "\n"), "\n") {
		b.WriteString(st.paint(visible(line), lineTone(line, i)) + "\n")
	}
	if diff == "" {
		return ""
	}
	return b.String()
}

// lineTone is the tone of the i-th line of a diff; the first two are names.
func lineTone(line string, i int) Tone {
	switch {
	case i < 2:
		return Strong
	case strings.HasPrefix(line, "@@"):
		return Faint
	case strings.HasPrefix(line, "+"):
		return Good
	case strings.HasPrefix(line, "-"):
		return Bad
	}
	return Neutral
}

// visible keeps a diff's lines and tabs and shows other control characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return []rune(plain(string(r)))[0]
	}, strings.ToValidUTF8(s, "�"))
}
