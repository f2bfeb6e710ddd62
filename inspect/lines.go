package inspect

import (
	"fmt"
	"io"
	"strings"

	"schlank/report"
)

// Writer is what parts are written to.
type Writer = io.Writer

// lines is a heading with lines below it.
type lines struct {
	title string
	text  []string
	notes []string
}

func (l *lines) add(format string, args ...any) {
	l.text = append(l.text, fmt.Sprintf(format, args...))
}

func (l *lines) note(text string) { l.notes = append(l.notes, text) }

// Text writes them for a terminal.
func (l *lines) Text(w Writer, st report.Style) error {
	var b strings.Builder
	b.WriteString(st.Line(l.title, report.Strong))
	for _, s := range l.text {
		b.WriteString("  " + report.Plain(s) + "\n")
	}
	for _, s := range l.notes {
		b.WriteString("  " + st.Line(s, report.Faint))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes them as a list.
func (l *lines) Markdown(w Writer) error {
	var b strings.Builder
	b.WriteString("## " + report.EscapeMarkdown(l.title) + "\n\n")
	for _, s := range append(append([]string{}, l.text...), l.notes...) {
		b.WriteString("- " + report.EscapeMarkdown(s) + "\n")
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
