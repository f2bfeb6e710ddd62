package inspect

import (
	"fmt"
	"strings"

	"schlank/attribute"
	"schlank/report"
)

// By is the table of one grouping, with the biggest groups.
func By(s *Subject, by attribute.Grouping, o Options) []Part {
	groups := s.Group(by)
	t := &report.Table{Title: "Stored bytes by " + string(by), Columns: sumColumns(string(by))}
	if by != attribute.ByLayer { // layers stay in their order
		groups = cut(groups, o.top(), t)
	}
	for _, g := range groups {
		name := g.Name
		switch {
		case by == attribute.ByLayer:
			name = fmt.Sprintf("%d  %s", g.Layer+1, g.Name)
		case name == "" && (by == attribute.ByPackage || by == attribute.ByOwner):
			name = "(no package)"
		case name == "":
			name = "(not known)"
		}
		t.Rows = append(t.Rows, sumRow(name, g.Sum, g.Wasted, s.Total().Disk))
	}
	return []Part{t}
}

// ByPath is the table of the paths that hold most.
func ByPath(s *Subject, o Options) []Part {
	t := &report.Table{Title: "Stored bytes by path", Columns: sumColumns("path")}
	for _, p := range s.Tree(nil).Top(o.top()) {
		t.Rows = append(t.Rows, pathRow(p, s.Total().Disk))
	}
	return []Part{t}
}

// pathRow is a line of a table of paths; whole is what its share is of.
func pathRow(p attribute.PathSum, whole int64) report.Row {
	name := p.Path
	if p.Rest {
		name = strings.TrimSuffix(name, "/") + "/ (the rest)"
	}
	return sumRow(name, p.Sum, p.Wasted, whole)
}

func sumColumns(name string) []report.Column {
	return []report.Column{
		{Title: name, Wrap: true}, {Title: "disk", Align: report.Right}, {Title: "", Bar: true}, {Title: "share", Align: report.Right},
		{Title: "pull", Align: report.Right}, {Title: "files", Align: report.Right}, {Title: "wasted", Align: report.Right},
	}
}

// sumRow is a line of a table of sums; whole is what its share is of.
func sumRow(name string, sum attribute.Sum, wasted, whole int64) report.Row {
	w := report.Cell{Text: "-"}
	if wasted > 0 {
		w = report.Cell{Text: report.Bytes(wasted), Tone: report.Bad}
	}
	return report.Row{
		{Text: name}, {Text: report.Bytes(sum.Disk), Tone: report.Strong}, {Value: float64(sum.Disk)},
		{Text: share(sum.Disk, whole)}, {Text: report.Bytes(sum.Pull)}, {Text: report.Count(sum.Files)}, w,
	}
}

// cut keeps the first groups and notes what the others hold.
func cut(groups []attribute.Group, top int, t *report.Table) []attribute.Group {
	if len(groups) <= top {
		return groups
	}
	var rest int64
	for _, g := range groups[top:] {
		rest += g.Disk
	}
	t.Notes = append(t.Notes, report.Note{Text: fmt.Sprintf("and %s more with %s: --top shows more", report.Count(len(groups)-top), report.Bytes(rest)), Tone: report.Faint})
	return groups[:top]
}

// Layer is what one layer holds; index counts from 0.
func Layer(s *Subject, index int, o Options) ([]Part, error) {
	if index < 0 || index >= len(s.Image.Layers) {
		return nil, fmt.Errorf("there is no layer %d: the image has %s", index+1, plural(len(s.Image.Layers), "layer"))
	}
	layer := &s.Image.Layers[index]
	l := &lines{title: fmt.Sprintf("Layer %d of %d", index+1, len(s.Image.Layers))}
	if at := s.Origins[index].String(); at != "" {
		l.add("made by %s", at)
	}
	if index < s.Base.Layers {
		l.add("part of the base image")
	}
	l.add("disk %s, pull %s, %s", report.Bytes(layer.ContentBytes), report.Bytes(layer.CompressedBytes), count(len(layer.Entries), "entry", "entries"))
	l.add("diff ID %s", layer.DiffID)
	if layer.Digest != "" {
		l.add("blob %s", layer.Digest)
	}
	here := func(it *attribute.Item) bool { return int(it.Layer) == index }
	byKind := &report.Table{Title: "Why its bytes are there", Columns: sumColumns("cause")}
	for _, k := range attribute.Kinds() {
		var sum attribute.Sum
		for i := range s.Items {
			if it := &s.Items[i]; here(it) && it.Kind == k {
				sum.Disk += it.Disk
				sum.Pull += it.Pull
				sum.Files++
			}
		}
		if sum.Files > 0 {
			var wasted int64
			if k.Wasted() {
				wasted = sum.Disk
			}
			byKind.Rows = append(byKind.Rows, sumRow(k.Title(), sum, wasted, layer.ContentBytes))
		}
	}
	paths := &report.Table{Title: "Its paths", Columns: sumColumns("path")}
	for _, p := range s.Tree(here).Top(o.top()) {
		paths.Rows = append(paths.Rows, pathRow(p, layer.ContentBytes))
	}
	return []Part{l, byKind, paths}, nil
}

// Tree is the size tree, cut to what matters: at most depth levels, and in
// each directory the top biggest.
func Tree(s *Subject, depth int, o Options) []Part {
	l := &lines{title: "Stored bytes by directory"}
	var walk func(n *attribute.Node, prefix string, level int)
	walk = func(n *attribute.Node, prefix string, level int) {
		children := n.Children
		var rest attribute.Sum
		more := 0
		for k, c := range n.Children {
			if k >= o.top() || c.Disk*1000 < s.Total().Disk {
				more = len(n.Children) - k
				for _, c := range n.Children[k:] {
					rest.Disk += c.Disk
				}
				children = n.Children[:k]
				break
			}
		}
		for k, c := range children {
			last := k == len(children)-1 && more == 0
			branch, next := "├─ ", "│  "
			if last {
				branch, next = "└─ ", "   "
			}
			name := c.Name
			if len(c.Children) > 0 {
				name += "/"
			}
			waste := ""
			if c.Wasted > 0 {
				waste = fmt.Sprintf("  (%s wasted)", report.Bytes(c.Wasted))
			}
			l.add("%10s  %s%s%s%s", report.Bytes(c.Disk), prefix, branch, name, waste)
			if level < depth {
				walk(c, prefix+next, level+1)
			}
		}
		if more > 0 && rest.Disk > 0 {
			l.add("%10s  %s└─ %s more", report.Bytes(rest.Disk), prefix, report.Count(more))
		}
	}
	root := s.Tree(nil)
	l.add("%10s  /", report.Bytes(root.Disk))
	walk(root, "", 1)
	return []Part{l}
}
