// Package inspect puts into words what attribute has found out about an
// image: tables and lists for a terminal and for Markdown, and a document for
// programs. It decides nothing about the bytes.
//
// It is pure and imports attribute, report and below.
package inspect

import (
	"fmt"
	"strings"

	"schlank/attribute"
	"schlank/compare"
	"schlank/inventory"
	"schlank/report"
)

// Subject is an image with the causes of its bytes, and what it is called.
type Subject struct {
	// Name is what the user called it, Kind what it is: "oci-layout", …
	Name, Kind string
	// StandIn says that it, or its base, stands in for the official image.
	StandIn bool
	*attribute.Attribution
}

// Part is a part of a report.
type Part interface {
	Text(w Writer, st report.Style) error
	Markdown(w Writer) error
}

// Options say how much is shown.
type Options struct {
	// Top is the number of lines of a table, 0 for the default.
	Top int
}

// defaultTop is the number of lines of a table.
const defaultTop = 20

// bestFixes is the number of fixes in a summary.
const bestFixes = 5

func (o Options) top() int {
	if o.Top > 0 {
		return o.Top
	}
	return defaultTop
}

// Summary is what one wants to know first: sizes, causes, the best fixes, and
// what could not be read.
func Summary(s *Subject, o Options) []Part {
	parts := []Part{sizes(s), causes(s)}
	if f := fixes(s, bestFixes); f != nil {
		parts = append(parts, f)
	}
	if u := unknowns(s, o.top()); u != nil {
		parts = append(parts, u)
	}
	return parts
}

// Headline is the image's figures in a few lines, without its name.
func Headline(s *Subject) []string {
	l := sizes(s)
	return append(l.text, l.notes...)
}

// sizes is the image's figures, in a few lines.
func sizes(s *Subject) *lines {
	img := s.Image
	z := img.Sizes()
	name := s.Name
	if s.StandIn {
		name += " *"
	}
	l := &lines{title: name}
	l.add("%s, %s/%s", s.Kind, orDash(img.Config.OS), orDash(img.Config.Architecture))
	pull := report.Bytes(z.Pull)
	if stored(img) {
		pull = "~ " + pull
	}
	l.add("disk %s, pull %s, visible %s, wasted %s", report.Bytes(z.Disk), pull, report.Bytes(z.Visible), report.Bytes(z.Wasted))
	files := 0
	for i := range img.Tree {
		if img.Tree[i].Kind != inventory.KindDir {
			files++
		}
	}
	l.add("%s, %s, packages: %s", plural(len(img.Layers), "layer"), plural(files, "file"), packages(img))
	l.add("%s", baseText(s.Base))
	if s.StandIn {
		l.note("* a stand-in for the official image, or built on one")
	}
	if stored(img) {
		l.note("~ layers stored uncompressed: a registry would transfer less")
	}
	return l
}

// stored reports whether a layer is stored uncompressed.
func stored(img *inventory.Image) bool {
	for i := range img.Layers {
		if img.Layers[i].Compression == "" && img.Layers[i].CompressedBytes > 0 {
			return true
		}
	}
	return false
}

func packages(img *inventory.Image) string {
	n := img.CountPackages()
	var out []string
	for _, t := range compare.PackageTypes() {
		if n[t] > 0 {
			out = append(out, fmt.Sprintf("%s %s", report.Count(n[t]), t))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// baseText says which layers are the base image's, and how that is known.
func baseText(b attribute.BaseImage) string {
	name := b.Name
	if name == "" {
		name = "not known by name"
	}
	how := map[attribute.BaseSource]string{
		attribute.BaseBuild:   "known from the build",
		attribute.BaseLabel:   "named by the image's label",
		attribute.BaseLayers:  "recognised by its layers",
		attribute.BaseHistory: "guessed from the history",
		attribute.BaseUnknown: "guessed from the history",
	}[b.Source]
	if b.Source == attribute.BaseNone || b.Layers == 0 {
		return "base image: none recognised (--base names it)"
	}
	return fmt.Sprintf("base image: %s, %s, %s", name, plural(b.Layers, "layer"), how)
}

// causes is the bar list of causes.
func causes(s *Subject) *report.Table {
	t := &report.Table{
		Title: "Why the bytes are there",
		Columns: []report.Column{
			{Title: "cause"}, {Title: "disk", Align: report.Right}, {Title: "", Bar: true}, {Title: "share", Align: report.Right},
			{Title: "pull", Align: report.Right}, {Title: "files", Align: report.Right}, {Title: "mostly", Wrap: true},
		},
	}
	total := s.Total()
	for _, c := range s.Causes {
		tone := report.Neutral
		if c.Kind.Wasted() {
			tone = report.Bad
		}
		t.Rows = append(t.Rows, report.Row{
			{Text: c.Kind.Title(), Tone: tone},
			{Text: report.Bytes(c.Disk), Tone: report.Strong},
			{Value: float64(c.Disk)},
			{Text: share(c.Disk, total.Disk)},
			{Text: report.Bytes(c.Pull)},
			{Text: report.Count(c.Files)},
			{Text: mostly(s, c)},
		})
	}
	return t
}

// mostly names what makes up most of a cause: its subjects, or its
// instructions where the biggest part has no subject.
func mostly(s *Subject, c attribute.Cause) string {
	var out []string
	if len(c.Parts) > 0 && c.Parts[0].Subject != "" {
		for _, p := range c.Parts {
			if p.Subject != "" && len(out) < 3 {
				out = append(out, p.Subject)
			}
		}
	}
	if len(out) == 0 {
		for _, l := range c.Layers {
			if len(out) < 2 {
				out = append(out, s.Origins[l.Layer].String())
			}
		}
	}
	return strings.Join(out, ", ")
}

// fixes lists the best fixes, nil when there are none.
func fixes(s *Subject, most int) *report.List {
	all := s.Fixes()
	if len(all) == 0 {
		return nil
	}
	l := &report.List{Title: "What would give bytes back"}
	for k := range all[:min(most, len(all))] {
		f := &all[k]
		text := f.How
		if at := s.Where(f); at != "" {
			text = strings.TrimSpace(text + " (" + at + ")")
		}
		value := report.Bytes(f.Adds.Disk)
		if f.Basis.String() == "estimated" {
			value = "about " + value
		}
		l.Items = append(l.Items, report.ListItem{Head: f.Title, Value: value + ", " + f.Safety.String(), Text: text})
	}
	shown := attribute.Saving(all[:min(most, len(all))])
	l.Items = append(l.Items, report.ListItem{
		Head: "together", Value: fmt.Sprintf("%s of %s", report.Bytes(shown.Disk), report.Bytes(s.Total().Disk)),
	})
	return l
}

// unknowns lists what could not be read, nil when all was.
func unknowns(s *Subject, top int) *report.Table {
	list := s.Image.Unknowns
	if len(list) == 0 {
		return nil
	}
	t := &report.Table{Title: "What could not be read", Columns: []report.Column{{Title: "layer", Align: report.Right}, {Title: "path", Wrap: true}, {Title: "reason", Wrap: true}}}
	for _, u := range list[:min(top, len(list))] {
		layer := "-"
		if u.Layer >= 0 {
			layer = report.Count(u.Layer + 1)
		}
		t.Rows = append(t.Rows, report.Row{{Text: layer}, {Text: u.Path}, {Text: u.Reason}})
	}
	if more := len(list) - top; more > 0 {
		t.Notes = append(t.Notes, report.Note{Text: fmt.Sprintf("and %s more: --format json lists them", report.Count(more)), Tone: report.Faint})
	}
	return t
}

func share(part, whole int64) string {
	if whole <= 0 {
		return "-"
	}
	return report.Percent(float64(part) / float64(whole))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func plural(n int, word string) string { return count(n, word, word+"s") }

func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return report.Count(n) + " " + more
}
