package tui

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"schlank/attribute"
	"schlank/internal/tui/pathtree"
	"schlank/inventory"
	"schlank/report"
)

// describe says in a few lines what is known of the selection of the focused
// pane. It looks things up only: `w` goes deeper.
func (m model) describe() []string {
	var lines []string
	if m.focus == inTree && m.tree.node() != nil {
		lines = m.aboutPath(m.tree.node())
	} else {
		lines = m.aboutRow(m.selected())
	}
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return lines
}

func (m model) aboutRow(r row) []string {
	a := m.subject.Attribution
	switch r.kind {
	case wholeImage:
		z := a.Image.Sizes()
		lines := []string{m.subject.Name, fmt.Sprintf("visible %s, wasted %s, pull %s", report.Bytes(z.Visible), report.Bytes(z.Wasted), report.Bytes(z.Pull))}
		for _, c := range a.Causes {
			lines = append(lines, fmt.Sprintf("%s: %s", c.Kind.Title(), report.Bytes(c.Disk)))
		}
		return lines
	case oneLayer:
		layer := &a.Image.Layers[r.layer]
		lines := []string{m.origin(r.layer)}
		if r.layer < a.Base.Layers {
			lines = append(lines, "part of the base image "+a.Base.Name)
		}
		return append(lines,
			fmt.Sprintf("disk %s, pull %s, wasted %s", report.Bytes(layer.ContentBytes), report.Bytes(layer.CompressedBytes), report.Bytes(r.wasted)),
			fmt.Sprintf("entries: %s", report.Count(len(layer.Entries))), layer.DiffID)
	case oneCause:
		return m.aboutCause(a.Cause(r.cause))
	case onePackage:
		if r.pkg < 0 {
			return []string{r.label, fmt.Sprintf("%s that no package claims", report.Bytes(r.disk))}
		}
		return m.aboutPackage(r.pkg)
	case onePath:
		return []string{r.label, fmt.Sprintf("disk %s", report.Bytes(r.disk))}
	}
	return nil
}

func (m model) aboutCause(c attribute.Cause) []string {
	lines := []string{c.Kind.Title(), fmt.Sprintf("disk %s, pull %s, files: %s", report.Bytes(c.Disk), report.Bytes(c.Pull), report.Count(c.Files))}
	for _, p := range c.Parts {
		if p.Subject != "" {
			lines = append(lines, fmt.Sprintf("%s: %s", p.Subject, report.Bytes(p.Disk)))
		}
	}
	for _, l := range c.Layers {
		lines = append(lines, fmt.Sprintf("layer %d, %s: %s", l.Layer+1, m.origin(l.Layer), report.Bytes(l.Disk)))
	}
	return lines
}

func (m model) aboutPackage(pkg int) []string {
	p, why := &m.subject.Image.Packages[pkg], m.subject.Reasons[pkg]
	lines := []string{fmt.Sprintf("%s %s", p.Name, p.Version), fmt.Sprintf("%s package, %s: %s", p.Type, relations[why.Relation], report.Bytes(p.Bytes))}
	if chain := m.subject.Chain(pkg); len(chain) > 1 {
		lines = append(lines, "for "+m.subject.ChainText(pkg))
	}
	if why.Layer >= 0 {
		lines = append(lines, fmt.Sprintf("in layer %d: %s", why.Layer+1, m.origin(why.Layer)))
	}
	return append(lines, "recorded in "+p.Location)
}

// relations say how a package came to be installed.
var relations = map[attribute.Relation]string{
	attribute.InBase: "of the base image", attribute.Asked: "asked for", attribute.Dependency: "a dependency",
	attribute.Recommended: "recommended, not needed", attribute.Unexplained: "nobody is known to ask for it",
}

func (m model) aboutPath(n *pathtree.Node) []string {
	lines := []string{n.Path}
	if e := n.Entry; e != nil {
		lines = append(lines, what(e))
	}
	at := m.tree.sel.Tree.Find(n.Path)
	sum := &m.tree.sel.Sums[at]
	if n.Dir {
		lines = append(lines, fmt.Sprintf("disk %s, wasted %s, files: %s", report.Bytes(sum.Disk), report.Bytes(sum.Wasted), report.Count(int(sum.Files))))
		lines = append(lines, kindsBelow(m.tree.sel, at)...)
	} else if n.Kind != "" {
		lines = append(lines, n.Kind.Title())
	}
	for l, e := range storedAt(m.subject.Image, n.Path) {
		if e != nil {
			lines = append(lines, fmt.Sprintf("layer %d %s it: %s", l+1, verb(e), m.origin(l)))
		}
	}
	if f := m.subject.Image.Tree.Find(n.Path); f == nil {
		lines = append(lines, "not in the final tree")
	} else if f.Owner >= 0 {
		lines = append(lines, m.aboutPackage(f.Owner)...)
	}
	return lines
}

// what says what an entry is.
func what(e *inventory.Entry) string {
	kind := ""
	switch e.Kind {
	case inventory.KindSymlink, inventory.KindHardlink:
		return "a link to " + e.Link
	case inventory.KindFile:
		kind = "a file of " + report.Bytes(e.Size)
	case inventory.KindDir:
		kind = "a directory"
	case inventory.KindDevice:
		kind = "a device"
	case inventory.KindFifo:
		kind = "a named pipe"
	}
	return fmt.Sprintf("%s, mode %v, owner %d:%d", kind, e.Mode, e.UID, e.GID)
}

// verb says what an entry does to its path.
func verb(e *inventory.Entry) string {
	switch e.Kind {
	case inventory.KindWhiteout:
		return "removes"
	case inventory.KindOpaque:
		return "empties"
	}
	return "stores"
}

// storedAt has for each layer the entry of a path, nil for none.
func storedAt(img *inventory.Image, p string) []*inventory.Entry {
	out := make([]*inventory.Entry, len(img.Layers))
	for l := range img.Layers {
		entries := img.Layers[l].Entries
		i := sort.Search(len(entries), func(i int) bool { return inventory.ComparePaths(entries[i].Path, p) >= 0 })
		for ; i < len(entries) && entries[i].Path == p; i++ {
			out[l] = &entries[i]
		}
	}
	return out
}

// kindsBelow sums up by cause what is shown below a node, the biggest first.
func kindsBelow(s *pathtree.Selection, at int32) []string {
	bytes := map[attribute.Kind]int64{}
	nodes := s.Tree.Nodes
	for i := at; i < nodes[at].End; i++ {
		if n := &nodes[i]; n.Kind != "" && s.Sums[i].Shown {
			bytes[n.Kind] += n.Disk
		}
	}
	kinds := attribute.Kinds()
	slices.SortStableFunc(kinds, func(x, y attribute.Kind) int { return cmp.Compare(bytes[y], bytes[x]) })
	var out []string
	for _, k := range kinds {
		if bytes[k] > 0 {
			out = append(out, fmt.Sprintf("%s: %s", k.Title(), report.Bytes(bytes[k])))
		}
	}
	return out
}
