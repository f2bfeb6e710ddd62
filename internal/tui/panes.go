package tui

import (
	"fmt"
	"strings"

	"schlank/internal/tui/pathtree"
	"schlank/inventory"
	"schlank/report"
)

const (
	// sizeWidth is the width of "155.3 MB", with a gap before it.
	sizeWidth  = 10
	causeWidth = 18
	// attributesWidth is that of "drwxr-xr-x 1000:1000".
	attributesWidth = 22
	// withCause is the width of a tree from which on the causes are shown,
	// withWaste that of a list for its waste.
	withCause = 64
	withWaste = 44
)

// leftLines are the list and the details below it.
func (m model) leftLines(l layout) []string {
	lines := []string{m.title(m.view.String(), l.left, m.focus == inList)}
	list := &m.lists[m.view]
	for i := list.offset; i < len(list.rows) && i < list.offset+l.listRows; i++ {
		lines = append(lines, m.listLine(&list.rows[i], i == list.cursor, l.left))
	}
	lines = pad(lines, min(l.listRows+1, l.body), l.left)
	if len(lines) < l.body {
		lines = append(lines, m.title("Details", l.left, false))
		details := wrap(m.details, l.left)
		for i := 0; i < len(details) && len(lines) < l.body; i++ {
			tone := report.Neutral
			if i == 0 {
				tone = report.Strong
			}
			lines = append(lines, m.style.Paint(fit(details[i], l.left), tone))
		}
	}
	return pad(lines, l.body, l.left)
}

func (m model) listLine(r *row, selected bool, w int) string {
	figures := fitRight(report.Bytes(r.disk), sizeWidth)
	if w >= withWaste {
		figures += fitRight(bytesOrBlank(r.wasted), sizeWidth)
	}
	tone := report.Neutral
	if r.base {
		tone = report.Faint
	}
	return m.line(fit(clean(r.label), w-1-width(figures))+figures, selected, inList, tone, w)
}

// line is a line of a list with its cursor.
func (m model) line(text string, selected bool, in zone, tone report.Tone, w int) string {
	switch {
	case selected && m.focus == in && m.page == nil:
		return reverse(fit("›"+text, w))
	case selected:
		return m.style.Paint(fit("›"+text, w), report.Strong)
	}
	return m.style.Paint(fit(" "+text, w), tone)
}

// treeLines are the tree with its title and the titles of its columns.
func (m model) treeLines(l layout) []string {
	lines := []string{m.title(m.treeTitle(), l.right, m.focus == inTree), m.style.Paint(fit(m.treeColumns(l.right), l.right), report.Faint)}
	t := &m.tree
	for i := t.offset; t.sel != nil && i < len(t.rows) && i < t.offset+l.treeRows; i++ {
		lines = append(lines, m.treeLine(t.rows[i], i == t.cursor, l.right))
	}
	if len(t.rows) == 0 {
		lines = append(lines, fit(" "+m.nothing(), l.right))
	}
	return pad(lines, l.body, l.right)
}

// nothing says why the tree is empty.
func (m model) nothing() string {
	if m.tree.filter != "" {
		return "no path here matches the filter; esc clears it"
	}
	return "nothing to show"
}

// treeTitle says what the tree shows of what.
func (m model) treeTitle() string {
	t := &m.tree
	r := m.selected()
	text := clean(strings.TrimSpace(r.label))
	switch {
	case r.kind == oneLayer && r.since < r.layer:
		text = fmt.Sprintf("Layers %d–%d", r.since+1, r.layer+1)
	case r.kind == oneLayer:
		text = fmt.Sprintf("Layer %d", r.layer+1)
	}
	if t.sel != nil {
		text += ", " + report.Bytes(t.sel.Sums[0].Disk)
	}
	if t.scope.marked() {
		hidden := ""
		for c, name := range []string{"unmodified", "added", "changed", "removed"} {
			if t.hidden()[c] {
				hidden += " " + name
			}
		}
		if hidden != "" {
			text += ", without" + hidden
		}
	}
	if t.filter != "" {
		text += ", filter " + clean(t.filter)
	}
	return text
}

func (m model) treeColumns(w int) string {
	text := "  " + fitRight("disk", sizeWidth) + fitRight("waste", sizeWidth)
	if m.tree.attributes {
		text += "  " + fit("mode and owner", attributesWidth-2)
	}
	if w >= withCause {
		text += "  " + fit("cause", causeWidth-2)
	}
	order := "path, by size"
	if m.tree.byName {
		order = "path, by name"
	}
	return text + "  " + order
}

// marks are the marks of the changes.
const marks = " +~-"

// tones are how changes are painted.
var tones = [pathtree.Changes]report.Tone{report.Neutral, report.Good, report.Warn, report.Bad}

func (m model) treeLine(i int32, selected bool, w int) string {
	n, sum := &m.tree.sel.Tree.Nodes[i], &m.tree.sel.Sums[i]
	mark, tone := byte(' '), report.Neutral
	if m.tree.scope.marked() {
		mark, tone = marks[sum.Change], tones[sum.Change]
	}
	var b strings.Builder
	b.WriteByte(mark)
	b.WriteString(fitRight(bytesOrBlank(sum.Disk), sizeWidth))
	b.WriteString(fitRight(bytesOrBlank(sum.Wasted), sizeWidth))
	if m.tree.attributes {
		b.WriteString("  " + fit(attributes(n.Entry), attributesWidth-2))
	}
	if w >= withCause {
		cause := sum.Kind.Title()
		if sum.Mixed {
			cause = fit(cause, min(width(cause), causeWidth-3)) + "*"
		}
		b.WriteString("  " + fit(cause, causeWidth-2))
	}
	b.WriteString("  ")
	room := w - 1 - width(b.String())
	inset := min(int(n.Depth-1)*2, max(0, room/2))
	fold := "  "
	if n.End > i+1 {
		fold = "▸ "
		if m.tree.fold().Open(n.Path) {
			fold = "▾ "
		}
	}
	b.WriteString(strings.Repeat(" ", inset) + fold + clean(n.Name()))
	if n.Entry != nil && n.Entry.Kind == inventory.KindSymlink {
		b.WriteString(" → " + clean(n.Entry.Link))
	}
	return m.line(b.String(), selected, inTree, tone, w)
}

func attributes(e *inventory.Entry) string {
	if e == nil {
		return ""
	}
	mode := e.Mode.String()
	if e.Kind == inventory.KindDir {
		mode = "d" + mode[1:]
	}
	return fmt.Sprintf("%s %d:%d", mode, e.UID, e.GID)
}
