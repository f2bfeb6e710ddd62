package attribute

import (
	"cmp"
	"slices"

	"schlank/inventory"
)

// Grouping is a way of summing an image up.
type Grouping string

// The groupings. By path there is Attribution.Tree.
const (
	ByCause       Grouping = "cause"
	ByLayer       Grouping = "layer"
	ByInstruction Grouping = "instruction"
	ByPackage     Grouping = "package"
	ByOwner       Grouping = "owner"
)

// Groupings are all groupings.
func Groupings() []Grouping { return []Grouping{ByCause, ByLayer, ByInstruction, ByPackage, ByOwner} }

// Group is a line of a sum. All groups of a grouping sum to the image.
type Group struct {
	// Name is what the group is called: a kind's title, an instruction, a
	// package with its version, a package manager; "" for what has none.
	Name string
	// Kind is set by cause only. Layer is an index, by layer and, the first
	// of its layers, by instruction; Package by package; −1 otherwise.
	Kind           Kind
	Layer, Package int
	Sum
	// Wasted is the part of Disk that is not in the final tree.
	Wasted int64
}

// Group sums the image up, the biggest first; layers stay in their order.
func (a *Attribution) Group(by Grouping) []Group {
	key := a.groupKey(by)
	index := map[Group]int{}
	var list []Group
	for i := range a.Items {
		it := &a.Items[i]
		k := key(it)
		at, ok := index[k]
		if !ok {
			at = len(list)
			index[k] = at
			list = append(list, k)
		}
		list[at].add(it.Sum())
		if it.Kind.Wasted() {
			list[at].Wasted += it.Disk
		}
	}
	if by == ByLayer {
		list = a.allLayers(list)
	}
	slices.SortFunc(list, func(x, y Group) int {
		if by == ByLayer {
			return cmp.Compare(x.Layer, y.Layer)
		}
		return cmp.Or(bySize(x.Sum, y.Sum), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Layer, y.Layer), cmp.Compare(x.Package, y.Package))
	})
	return list
}

// groupKey returns the group of an item, without sums.
func (a *Attribution) groupKey(by Grouping) func(*Item) Group {
	switch by {
	case ByLayer:
		return func(it *Item) Group {
			return Group{Name: a.Origins[it.Layer].String(), Layer: int(it.Layer), Package: -1}
		}
	case ByInstruction:
		names := a.instructions()
		return func(it *Item) Group { return names[it.Layer] }
	case ByPackage:
		return func(it *Item) Group {
			return Group{Name: a.packageName(int(it.Package)), Layer: -1, Package: int(it.Package)}
		}
	case ByOwner:
		return func(it *Item) Group { return Group{Name: a.ownerType(int(it.Package)), Layer: -1, Package: -1} }
	}
	return func(it *Item) Group { return Group{Name: it.Kind.Title(), Kind: it.Kind, Layer: -1, Package: -1} }
}

// instructions are the groups by instruction of each layer: all layers of
// the base are one FROM.
func (a *Attribution) instructions() []Group {
	list := make([]Group, len(a.Origins))
	first := map[string]int{}
	for l, o := range a.Origins {
		g := Group{Name: o.String(), Layer: l, Package: -1}
		if l < a.Base.Layers {
			g.Name, g.Layer = a.from(), 0
		} else if at, ok := first[g.Name]; ok && o.FirstLine > 0 {
			g.Layer = at
		} else {
			first[g.Name] = l
		}
		list[l] = g
	}
	return list
}

// from is the instruction that the base image stands for.
func (a *Attribution) from() string {
	name := a.baseName()
	if name == "" {
		name = "the base image"
	}
	return "`FROM " + name + "`"
}

func (a *Attribution) packageName(i int) string {
	if i < 0 {
		return ""
	}
	p := &a.Image.Packages[i]
	if p.Version == "" {
		return p.Name
	}
	return p.Name + " " + p.Version
}

func (a *Attribution) ownerType(i int) string {
	if i < 0 {
		return ""
	}
	return string(a.Image.Packages[i].Type)
}

// allLayers adds the layers that hold nothing.
func (a *Attribution) allLayers(list []Group) []Group {
	for l := range a.Image.Layers {
		if !slices.ContainsFunc(list, func(g Group) bool { return g.Layer == l }) {
			list = append(list, Group{Name: a.Origins[l].String(), Layer: l, Package: -1})
		}
	}
	return list
}

// Package is the package that claims an item, or nil.
func (a *Attribution) Package(it *Item) *inventory.Package {
	if it.Package < 0 {
		return nil
	}
	return &a.Image.Packages[it.Package]
}
