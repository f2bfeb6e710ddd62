package tui

import (
	"fmt"

	"schlank/attribute"
	"schlank/internal/tui/pathtree"
)

// view is what the list on the left sums up by.
type view int

const (
	byLayer view = iota
	byCause
	byPackage
	byPath
	views
)

func (v view) String() string { return [views]string{"Layers", "Causes", "Packages", "Paths"}[v] }

// scope is the part of the image that a row of the list stands for, and whose
// paths the tree shows. The zero value is nothing.
type scope struct {
	kind scopeKind
	// layer, pkg, cause and path say which, by kind.
	layer, pkg int
	cause      attribute.Kind
	path       string
	// since is the first layer whose changes are marked.
	since int
}

type scopeKind int

const (
	wholeImage scopeKind = iota + 1
	oneLayer
	oneCause
	onePackage
	onePath
)

// row is a line of the list.
type row struct {
	scope
	label        string
	disk, wasted int64
	// base says that it is of the base image.
	base bool
}

// mostPaths is the number of paths that are listed.
const mostPaths = 100

// rowsOf makes the list of a view.
func rowsOf(a *attribute.Attribution, v view) []row {
	total := a.Total()
	whole := row{scope: scope{kind: wholeImage}, label: "the whole image", disk: total.Disk, wasted: a.Image.Sizes().Wasted}
	rows := []row{whole}
	switch v {
	case byLayer:
		for _, g := range a.Group(attribute.ByLayer) {
			rows = append(rows, row{
				scope: scope{kind: oneLayer, layer: g.Layer, since: g.Layer},
				label: fmt.Sprintf("%2d %s", g.Layer+1, instruction(a.Origins[g.Layer])), disk: g.Disk, wasted: g.Wasted,
				base: g.Layer < a.Base.Layers,
			})
		}
	case byCause:
		for _, g := range a.Group(attribute.ByCause) {
			rows = append(rows, row{scope: scope{kind: oneCause, cause: g.Kind}, label: g.Name, disk: g.Disk, wasted: g.Wasted, base: g.Kind == attribute.Base})
		}
	case byPackage:
		for _, g := range a.Group(attribute.ByPackage) {
			label := g.Name
			if g.Package < 0 {
				label = "(no package)"
			}
			rows = append(rows, row{scope: scope{kind: onePackage, pkg: g.Package}, label: label, disk: g.Disk, wasted: g.Wasted})
		}
	case byPath:
		for _, p := range a.Tree(nil).Top(mostPaths) {
			if p.Path != "/" {
				rows = append(rows, row{scope: scope{kind: onePath, path: p.Path}, label: p.Path, disk: p.Disk})
			}
		}
	}
	return rows
}

// instruction names the instruction of a layer in short.
func instruction(o attribute.Origin) string {
	switch {
	case o.Text == "":
		return "(not known)"
	case o.FirstLine > 0:
		return fmt.Sprintf("%s (line %d)", o.Text, o.FirstLine)
	}
	return o.Text
}

// tree is the tree of a scope.
func (s scope) tree(a *attribute.Attribution) *pathtree.Tree {
	switch s.kind {
	case oneLayer:
		return pathtree.Layers(a, s.since, s.layer)
	case oneCause:
		return pathtree.Stored(a, func(it *attribute.Item) bool { return it.Kind == s.cause })
	case onePackage:
		return pathtree.Stored(a, func(it *attribute.Item) bool { return int(it.Package) == s.pkg })
	case onePath:
		return pathtree.Stored(a, func(it *attribute.Item) bool {
			p := a.Path(it)
			return p == s.path || len(p) > len(s.path) && p[:len(s.path)] == s.path && p[len(s.path)] == '/'
		})
	}
	return pathtree.Image(a)
}

// marked reports whether the tree of a scope shows what changed.
func (s scope) marked() bool { return s.kind == wholeImage || s.kind == oneLayer }
