package report

import (
	"fmt"
	"io"
	"strings"
)

// List is a list of things, each with a sentence and points below it. In a
// terminal it is easier to read than a table whose last column holds
// sentences.
type List struct {
	Title string
	Items []ListItem
}

// ListItem is one thing.
type ListItem struct {
	Head string
	// Value stands behind the head, "" for none.
	Value string
	Text  string
	// Points are further lines, each with a dash.
	Points []string
}

// listWidth is the width of lines where the output has none.
const listWidth = 110

// Text writes the list, lines wrapped to the style's width.
func (l *List) Text(w io.Writer, st Style) error {
	width := st.Width
	if width == 0 || width > listWidth {
		width = listWidth
	}
	var b strings.Builder
	if l.Title != "" {
		b.WriteString(st.Line(l.Title, Strong))
	}
	for _, it := range l.Items {
		head := "  " + st.paint(plain(it.Head), Strong)
		if it.Value != "" {
			head += "  " + plain(it.Value)
		}
		b.WriteString(head + "\n")
		for _, line := range wrap(plain(it.Text), width-4) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		for _, p := range it.Points {
			for i, line := range wrap(plain(p), width-6) {
				mark := "- "
				if i > 0 {
					mark = "  "
				}
				b.WriteString("    " + st.Line(mark+line, Faint))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrap breaks a text at blanks into lines of at most width runes; a longer
// word keeps a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// Markdown writes the list in GitHub's form.
func (l *List) Markdown(w io.Writer) error {
	var b strings.Builder
	if l.Title != "" {
		b.WriteString("### " + EscapeMarkdown(l.Title) + "\n\n")
	}
	for _, it := range l.Items {
		b.WriteString("- **" + EscapeMarkdown(it.Head) + "**")
		if it.Value != "" {
			b.WriteString(" " + EscapeMarkdown(it.Value))
		}
		if it.Text != "" {
			b.WriteString(": " + EscapeMarkdown(it.Text))
		}
		b.WriteByte('\n')
		for _, p := range it.Points {
			b.WriteString("  - " + EscapeMarkdown(p) + "\n")
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
