package report

import (
	"fmt"
	"strings"

	"schlank/compare"
	"schlank/inventory"
)

// Compare makes the table of `schlank compare`.
func Compare(rows []compare.Row) *Table {
	t := &Table{Columns: []Column{
		{Title: "image", Wrap: true},
		{Title: "disk", Align: Right},
		{Title: "", Bar: true},
		{Title: "ratio", Align: Right},
		{Title: "pull", Align: Right},
		{Title: "visible", Align: Right},
		{Title: "wasted", Align: Right},
		{Title: "layers", Align: Right},
		{Title: "files", Align: Right},
		{Title: "packages", Wrap: true},
		{Title: "build", Align: Right},
	}}
	standIns, asStored := false, false
	var failures []Note
	for i := range rows {
		r := &rows[i]
		name := r.Name
		if r.StandIn {
			name += " *"
			standIns = true
		}
		if r.Err != nil {
			t.Rows = append(t.Rows, Row{{Text: name}, {Text: "failed", Tone: Bad}})
			failures = append(failures, Note{Text: failure(*r), Tone: Bad})
			continue
		}
		pull := Bytes(r.Sizes.Pull)
		if r.PullAsStored {
			pull = "~ " + pull
			asStored = true
		}
		t.Rows = append(t.Rows, Row{
			{Text: name},
			{Text: Bytes(r.Sizes.Disk), Tone: Strong},
			{Value: float64(r.Sizes.Disk)},
			{Text: optional(r.Ratio, Percent)},
			{Text: pull},
			{Text: Bytes(r.Sizes.Visible)},
			{Text: Bytes(r.Sizes.Wasted)},
			{Text: Count(r.Layers)},
			{Text: Count(r.Files)},
			{Text: packages(r.Packages)},
			{Text: optional(r.BuildSeconds, Seconds)},
		})
	}
	t.Notes = failures
	if standIns {
		t.Notes = append(t.Notes, Note{"* built on a stand-in for the official base image", Faint})
	}
	if asStored {
		t.Notes = append(t.Notes, Note{"~ layers stored uncompressed: a registry would transfer less", Faint})
	}
	return t
}

// packages lists the counts of the types there are: "204 dpkg, 12 pip".
func packages(n map[inventory.PackageType]int) string {
	var parts []string
	for _, t := range compare.PackageTypes() {
		if n[t] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", Count(n[t]), t))
		}
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func optional(v *float64, print func(float64) string) string {
	if v == nil {
		return "-"
	}
	return print(*v)
}

// ComparePage makes the page of `schlank compare`: chart and table.
func ComparePage(rows []compare.Row) *Page {
	chart := &Chart{Title: "Disk size of each image, visible and wasted", Series: []string{"visible", "wasted"}}
	for i := range rows {
		r := &rows[i]
		if r.Err != nil {
			chart.Bars = append(chart.Bars, ChartBar{Label: r.Name, Text: "failed", Tone: Bad})
			continue
		}
		chart.Bars = append(chart.Bars, ChartBar{
			Label:  r.Name,
			Values: []float64{float64(r.Sizes.Visible), float64(r.Sizes.Wasted)},
			Text:   Bytes(r.Sizes.Disk),
		})
	}
	page := &Page{
		Title:    "Images compared",
		Lead:     fmt.Sprintf("%d images, sizes in decimal units (1 MB = 1,000,000 bytes).", len(rows)),
		Sections: []Section{{Title: "Disk size", Chart: chart}, {Title: "Figures", Table: Compare(rows)}},
	}
	if n := compare.Failed(rows); n > 0 {
		page.Lead, page.LeadTone = fmt.Sprintf("%s %d failed.", page.Lead, n), Warn
	}
	return page
}

// failure says which item failed and why. Errors of files begin with their
// place, and so name the item already.
func failure(r compare.Row) string {
	msg := r.Err.Error()
	if strings.HasPrefix(msg, r.Name) {
		return msg
	}
	return r.Name + ": " + msg
}
