package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

// Page is an HTML page that needs nothing but itself.
type Page struct {
	Title string
	// Lead is a sentence below the title, "" for none.
	Lead     string
	LeadTone Tone
	Sections []Section
}

// Section is a part of a page; what is set of it is shown in this order.
type Section struct {
	Title string
	Chart *Chart
	Table *Table
	// Diff is a unified diff as Diff returns it without colours.
	Diff string
}

//go:embed page.tmpl.html
var pageText string

// HTML writes the page.
func (p *Page) HTML(w io.Writer) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("parsing the page's template: %w", err)
	}
	v := pageView{Title: plain(p.Title), Lead: plain(p.Lead), LeadClass: p.LeadTone.class()}
	for _, s := range p.Sections {
		v.Sections = append(v.Sections, s.view())
	}
	return t.Execute(w, v)
}

// The views are what the template reads.
type pageView struct {
	Title, Lead, LeadClass string
	Sections               []sectionView
}

type sectionView struct {
	Title string
	Chart *drawnChart
	Table *tableView
	Diff  []diffLine
}

type tableView struct {
	Head  []cellView
	Rows  [][]cellView
	Notes []cellView
}

type cellView struct {
	Text, Class string
	// Bar is the length in percent where IsBar is set.
	IsBar bool
	Bar   float64
}

type diffLine struct{ Text, Class string }

func (s *Section) view() sectionView {
	v := sectionView{Title: plain(s.Title)}
	if s.Chart != nil {
		c := s.Chart.draw()
		v.Chart = &c
	}
	if s.Table != nil {
		v.Table = s.Table.view()
		if v.Title == "" {
			v.Title = plain(s.Table.Title)
		}
	}
	if s.Diff != "" {
		for i, line := range strings.Split(strings.TrimSuffix(s.Diff, "\n"), "\n") {
			v.Diff = append(v.Diff, diffLine{visible(line) + "\n", lineTone(line, i).class()})
		}
	}
	return v
}

func (t *Table) view() *tableView {
	v := &tableView{}
	for _, c := range t.Columns {
		v.Head = append(v.Head, cellView{Text: plain(c.Title), Class: c.Align.class()})
	}
	scale := t.scale()
	for _, row := range t.Rows {
		cells := make([]cellView, len(t.Columns))
		for i, c := range t.Columns {
			var cell Cell
			if i < len(row) {
				cell = row[i]
			}
			cells[i] = cellView{Text: plain(cell.Text), Class: strings.TrimSpace(c.Align.class() + " " + cell.Tone.class())}
			if c.Bar {
				cells[i] = cellView{IsBar: true}
				if scale > 0 && cell.Value > 0 {
					cells[i].Bar = math.Round(cell.Value/scale*1000) / 10
				}
			}
		}
		v.Rows = append(v.Rows, cells)
	}
	for _, n := range t.Notes {
		v.Notes = append(v.Notes, cellView{Text: plain(n.Text), Class: n.Tone.class()})
	}
	return v
}

func (a Align) class() string {
	if a == Right {
		return "right"
	}
	return ""
}
