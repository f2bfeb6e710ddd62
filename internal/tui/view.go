package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"schlank/report"
)

// layout is how the screen is divided.
type layout struct {
	// narrow screens show the focused pane only.
	narrow bool
	// left and right are the widths of the panes, body the lines between
	// the first and the last one.
	left, right, body int
	// listRows, treeRows and pageRows are lines without titles.
	listRows, treeRows, pageRows int
}

// minWide is the width from which on both panes are shown.
const minWide = 64

func (m model) layout() layout {
	l := layout{body: max(0, m.height-2), narrow: m.width < minWide}
	l.left, l.right = m.width, m.width
	if !l.narrow {
		l.left = min(m.width*2/5, 56)
		l.right = m.width - l.left - 1
	}
	l.listRows = max(0, (l.body+1)/2-1)
	l.treeRows = max(0, l.body-2)
	l.pageRows = max(0, l.body-1)
	return l
}

// View implements tea.Model.
func (m model) View() tea.View {
	v := tea.NewView(strings.Join(m.screen(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "schlank: " + clean(m.subject.Name)
	if m.prompt != nil {
		v.Cursor = tea.NewCursor(min(width(m.promptLine()), max(0, m.width-1)), max(0, m.height-1))
	}
	return v
}

// screen is what is seen: height lines of width columns.
func (m model) screen() []string {
	if m.width <= 0 || m.height <= 0 {
		return nil
	}
	lines := append([]string{m.head()}, m.body()...)
	lines = append(lines, m.foot())
	return lines[:min(len(lines), m.height)]
}

func (m model) body() []string {
	l := m.layout()
	switch {
	case m.page != nil:
		return m.pageLines(l)
	case l.narrow && m.focus == inTree:
		return m.treeLines(l)
	case l.narrow:
		return m.leftLines(l)
	}
	left, right := m.leftLines(l), m.treeLines(l)
	out := make([]string, l.body)
	for i := range out {
		out[i] = left[i] + m.style.Paint("│", report.Faint) + right[i]
	}
	return out
}

// head is the first line: the image's figures.
func (m model) head() string {
	z := m.subject.Image.Sizes()
	name := clean(m.subject.Name)
	if m.subject.StandIn {
		name += " *"
	}
	figures := fmt.Sprintf("  disk %s  visible %s  wasted %s", report.Bytes(z.Disk), report.Bytes(z.Visible), report.Bytes(z.Wasted))
	// A long name, with a digest, is cut: the figures are what one looks for.
	if room := m.width - width(figures); room >= minName && width(name) > room {
		name = fit(name, room)
	}
	return m.style.Paint(fit(name+figures, m.width), report.Strong)
}

// minName is the width down to which a name is cut for the figures after it.
const minName = 12

// foot is the last line: what is typed, a message, or the chief keys.
func (m model) foot() string {
	switch {
	case m.prompt != nil:
		line := m.promptLine()
		for width(line) >= m.width && line != "" { // the end is what counts
			_, line = cutFirst(line)
		}
		return fit(line, m.width)
	case m.note.Text != "":
		return m.style.Paint(fit(clean(m.note.Text), m.width), m.note.Tone)
	}
	var hints []string
	for _, b := range m.keys {
		if b.hint != "" && b.in&m.zone() != 0 {
			hints = append(hints, b.keys[0]+" "+b.hint)
		}
	}
	return m.style.Paint(fit(strings.Join(hints, "  "), m.width), report.Faint)
}

// cutFirst cuts the first character off.
func cutFirst(s string) (string, string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func (m model) promptLine() string {
	if m.prompt.extract != "" {
		return "copy " + clean(m.prompt.extract) + " to the directory: " + m.prompt.text
	}
	if _, err := expression(m.prompt.text); err != nil {
		return "filter (as plain text): " + m.prompt.text
	}
	return "filter: " + m.prompt.text
}

// title heads a pane; that of the focused one is heavy.
func (m model) title(text string, w int, focused bool) string {
	rule, tone := "─", report.Faint
	if focused {
		rule, tone = "━", report.Strong
	}
	text = rule + " " + strings.TrimRight(fit(text, min(width(text), max(0, w-4))), " ") + " "
	return m.style.Paint(fit(text+strings.Repeat(rule, max(0, w-width(text))), w), tone)
}

// pad fills lines up to n of width w.
func pad(lines []string, n, w int) []string {
	for len(lines) < n {
		lines = append(lines, strings.Repeat(" ", max(0, w)))
	}
	return lines[:n]
}

// pageLines is an open page.
func (m model) pageLines(l layout) []string {
	out := []string{m.title(m.page.content.title, m.width, true)}
	for i := m.page.offset; i < len(m.page.lines) && len(out) <= l.pageRows; i++ {
		out = append(out, fit(m.page.lines[i], m.width))
	}
	return pad(out, l.body, m.width)
}
