// Package page makes one HTML file of an inspected image: its figures and a
// zoomable treemap of its bytes, by cause, by package and by path. The file
// needs nothing but itself, works from a keyboard, and in light and dark.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"schlank/attribute"
	"schlank/inspect"
	"schlank/report"
)

//go:embed page.tmpl.html
var templateText string

//go:embed page.css
var style string

//go:embed page.js
var script string

// view is what the template reads.
type view struct {
	Title  string
	Lines  []string
	Causes []causeView
	Fixes  []fixView
	Style  template.CSS
	Script template.JS
	Data   data
}

type causeView struct {
	Title, Disk, Pull, Share string
	Percent                  float64
	Class                    string
	Wasted                   bool
}

type fixView struct{ Title, How, Where, Bytes string }

// data is what the script reads. Kinds are indexes in Kinds everywhere.
type data struct {
	Kinds []kindData `json:"kinds"`
	// Views are the trees, by what they sum up.
	Views []viewData `json:"views"`
}

type kindData struct {
	Title  string `json:"title"`
	Class  string `json:"class"`
	Wasted bool   `json:"wasted"`
}

type viewData struct {
	Name string `json:"name"`
	Tree *Node  `json:"tree"`
}

// Write writes the page of an image.
func Write(w io.Writer, s *inspect.Subject) error {
	t, err := template.New("page").Parse(templateText)
	if err != nil {
		return fmt.Errorf("parsing the page's template: %w", err)
	}
	v := view{
		Title:  report.Plain(s.Name),
		Style:  template.CSS(style), //nolint:gosec // our own file
		Script: template.JS(script), //nolint:gosec // our own file
		Data:   data{Views: trees(s.Attribution)},
	}
	for _, line := range inspect.Headline(s) {
		v.Lines = append(v.Lines, report.Plain(line))
	}
	for k, kind := range attribute.Kinds() {
		v.Data.Kinds = append(v.Data.Kinds, kindData{kind.Title(), class(k), kind.Wasted()})
	}
	v.Causes = causes(s)
	for k, f := range s.Fixes() {
		if k == 5 {
			break
		}
		v.Fixes = append(v.Fixes, fixView{report.Plain(f.Title), report.Plain(f.How), report.Plain(s.Where(&f)), report.Bytes(f.Adds.Disk)})
	}
	return t.Execute(w, v)
}

// class is the style of a kind of cause.
func class(k int) string { return fmt.Sprintf("k%d", k) }

func causes(s *inspect.Subject) []causeView {
	index := map[attribute.Kind]int{}
	for k, kind := range attribute.Kinds() {
		index[kind] = k
	}
	var out []causeView
	total, most := s.Total().Disk, int64(1)
	for _, c := range s.Causes {
		most = max(most, c.Disk)
	}
	for _, c := range s.Causes {
		v := causeView{
			Title: c.Kind.Title(), Disk: report.Bytes(c.Disk), Pull: report.Bytes(c.Pull), Share: "-",
			Percent: float64(c.Disk*1000/most) / 10, Class: class(index[c.Kind]), Wasted: c.Kind.Wasted(),
		}
		if total > 0 {
			v.Share = report.Percent(float64(c.Disk) / float64(total))
		}
		out = append(out, v)
	}
	return out
}
