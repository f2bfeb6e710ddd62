package inspect

import (
	"fmt"
	"math"

	"schlank/attribute"
	"schlank/report"
)

// Dive is the figures of the program dive, by its own definitions, beside
// ours.
func Dive(s *Subject, o Options) []Part {
	d := attribute.Dive(s.Image)
	l := &lines{title: "As dive counts"}
	l.add("efficiency %.4f %%", d.Efficiency*100)
	user := "-"
	if !math.IsInf(d.UserWastedPercent, 0) {
		user = fmt.Sprintf("%.4f %%", d.UserWastedPercent*100)
	}
	l.add("wasted %s, of all but the lowest layer %s", report.Bytes(d.WastedBytes), user)
	l.note(fmt.Sprintf("stored and not seen, to the byte: %s", report.Bytes(s.Image.Sizes().Wasted)))
	t := &report.Table{Title: "Paths it counts", Columns: []report.Column{{Title: "path", Wrap: true}, {Title: "times", Align: report.Right}, {Title: "bytes", Align: report.Right}}}
	for _, p := range d.Inefficient {
		t.Rows = append(t.Rows, report.Row{{Text: p.Path}, {Text: report.Count(p.Count)}, {Text: report.Bytes(p.Bytes)}})
	}
	if len(t.Rows) == 0 {
		return []Part{l}
	}
	return []Part{l, shorten(t, o.top())}
}
