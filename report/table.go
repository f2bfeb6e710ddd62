package report

import (
	"io"
	"math"
	"strings"
)

// Table is a table with titled columns.
type Table struct {
	// Title stands above it, "" for none.
	Title   string
	Columns []Column
	Rows    []Row
	// Notes stand below it, one a line.
	Notes []Note
}

// Column is a column of a table.
type Column struct {
	Title string
	Align Align
	// Bar makes the column one of bars: its cells' Value is drawn, on the
	// scale of the largest.
	Bar bool
	// Wrap lets the column shrink when the terminal is narrow. It is cut
	// there, not in the other forms.
	Wrap bool
}

// Align is where a column's text stands.
type Align uint8

// The alignments.
const (
	Left Align = iota
	Right
)

// Row has a cell for each column.
type Row []Cell

// Cell is a text or the length of a bar.
type Cell struct {
	Text  string
	Tone  Tone
	Value float64
}

// Note is a line below a table.
type Note struct {
	Text string
	Tone Tone
}

const (
	// gap parts columns; barWidth is that of a column of bars where there
	// is room, minWidth what a column shrinks to at most.
	gap      = 2
	barWidth = 24
	minWidth = 8
)

// Text writes the table with aligned columns.
func (t *Table) Text(w io.Writer, st Style) error {
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(st.paint(plain(t.Title), Strong) + "\n")
	}
	widths := t.widths(st)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = st.paint(pad(st.truncate(plain(c.Title), widths[i]), widths[i], c.Align), Faint)
	}
	writeLine(&b, head)
	scale := t.scale()
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			var cell Cell
			if i < len(row) {
				cell = row[i]
			}
			text := st.truncate(plain(cell.Text), widths[i])
			if c.Bar {
				text = st.bar(cell.Value, scale, widths[i])
			}
			cells[i] = st.paint(pad(text, widths[i], c.Align), cell.Tone)
		}
		writeLine(&b, cells)
	}
	for _, n := range t.Notes {
		b.WriteString(st.paint(plain(n.Text), n.Tone) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLine(b *strings.Builder, cells []string) {
	b.WriteString(strings.TrimRight(strings.Join(cells, strings.Repeat(" ", gap)), " ") + "\n")
}

// scale is the largest value of the bars.
func (t *Table) scale() float64 {
	scale := 0.0
	for _, row := range t.Rows {
		for _, cell := range row {
			scale = math.Max(scale, cell.Value)
		}
	}
	return scale
}

// widths fits the columns into the style's width: first the bars shrink, then
// the columns that may be cut, the widest first.
func (t *Table) widths(st Style) []int {
	widths := make([]int, len(t.Columns))
	total := gap * max(0, len(t.Columns)-1)
	for i, c := range t.Columns {
		widths[i] = width(plain(c.Title))
		if c.Bar {
			widths[i] = max(widths[i], barWidth)
		}
		for _, row := range t.Rows {
			if i < len(row) && !c.Bar {
				widths[i] = max(widths[i], width(plain(row[i].Text)))
			}
		}
		total += widths[i]
	}
	if st.Width <= 0 {
		return widths
	}
	for ; total > st.Width; total-- {
		i := t.widest(widths, func(c Column) bool { return c.Bar })
		if i < 0 {
			i = t.widest(widths, func(c Column) bool { return c.Wrap })
		}
		if i < 0 {
			break
		}
		widths[i]--
	}
	return widths
}

// widest finds the widest column that may become narrower, or -1.
func (t *Table) widest(widths []int, may func(Column) bool) int {
	at := -1
	for i, c := range t.Columns {
		if may(c) && widths[i] > minWidth && (at < 0 || widths[i] > widths[at]) {
			at = i
		}
	}
	return at
}

// bar draws value on a scale of w columns, in eighths where it may.
func (st Style) bar(value, scale float64, w int) string {
	if !(value > 0) || !(scale > 0) {
		return ""
	}
	eighths := int(math.Round(math.Min(1, value/scale) * float64(w) * 8))
	if !st.Unicode {
		return strings.Repeat("#", max(1, (eighths+4)/8))
	}
	eighths = max(1, eighths)
	full := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		full += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return full
}
