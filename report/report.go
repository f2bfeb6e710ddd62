// Package report renders: tables, bars, charts and diffs as text for a
// terminal, Markdown and HTML. It decides nothing: what is in a table, and
// what is good or bad, its callers say. Names come from images and are hostile
// in all three forms.
package report

// Style says what a terminal can show. The zero value is plain ASCII without
// colours, as wide as needed.
type Style struct {
	// Unicode allows for block elements and ellipses.
	Unicode bool
	// Color allows for ANSI colours.
	Color bool
	// Width is the number of columns, 0 for any.
	Width int
}

// NewStyle returns the style for an output: plain when it is no terminal,
// without colours when the user's NO_COLOR is not empty (no-color.org).
func NewStyle(terminal bool, noColor string, width int) Style {
	if !terminal {
		return Style{}
	}
	return Style{Unicode: true, Color: noColor == "", Width: width}
}

// Tone is how a text is meant; the zero value is neutral.
type Tone uint8

// The tones.
const (
	Neutral Tone = iota
	Good
	Bad
	Warn
	Faint
	Strong
)

// ansi are the SGR parameters of each tone (ECMA-48).
func (t Tone) ansi() string {
	switch t {
	case Good:
		return "32"
	case Bad:
		return "31"
	case Warn:
		return "33"
	case Faint:
		return "2"
	case Strong:
		return "1"
	}
	return ""
}

// class is the name of the tone in the page's style sheet.
func (t Tone) class() string {
	switch t {
	case Good:
		return "good"
	case Bad:
		return "bad"
	case Warn:
		return "warn"
	case Faint:
		return "faint"
	case Strong:
		return "strong"
	}
	return ""
}

// paint colours s if the style allows it.
func (st Style) paint(s string, t Tone) string {
	code := t.ansi()
	if !st.Color || code == "" || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Paint is a text in a tone, as it is: it must be safe.
func (st Style) Paint(s string, t Tone) string { return st.paint(s, t) }

// Line is one line of text in a tone, for verdicts and headings.
func (st Style) Line(s string, t Tone) string {
	return st.paint(plain(s), t) + "\n"
}
