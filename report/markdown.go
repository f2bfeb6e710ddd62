package report

import (
	"io"
	"strings"
)

// Markdown writes the table in GitHub's form. Columns of bars are left out:
// their figures stand beside them.
func (t *Table) Markdown(w io.Writer) error {
	var b strings.Builder
	if t.Title != "" {
		b.WriteString("### " + EscapeMarkdown(t.Title) + "\n\n")
	}
	var head, rule []string
	for _, c := range t.Columns {
		if c.Bar {
			continue
		}
		head = append(head, EscapeMarkdown(c.Title))
		if c.Align == Right {
			rule = append(rule, "---:")
		} else {
			rule = append(rule, "---")
		}
	}
	writeCells(&b, head)
	writeCells(&b, rule)
	for _, row := range t.Rows {
		var cells []string
		for i, c := range t.Columns {
			if c.Bar {
				continue
			}
			var cell Cell
			if i < len(row) {
				cell = row[i]
			}
			cells = append(cells, EscapeMarkdown(cell.Text))
		}
		writeCells(&b, cells)
	}
	for _, n := range t.Notes {
		b.WriteString("\n" + EscapeMarkdown(n.Text) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCells(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// EscapeMarkdown makes a text stand for itself: no markup, links or HTML.
func EscapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range plain(s) {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '<', '>', '|', '~', '&', '#', '!':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
