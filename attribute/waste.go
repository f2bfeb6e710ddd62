package attribute

import (
	"cmp"
	"path"
	"slices"

	"schlank/inventory"
)

// Wasted is a path that is stored in a layer and not seen in the final tree.
type Wasted struct {
	// Path is a file, or a directory that is gone with all that is in it.
	Path string
	Kind Kind
	// Layer is the layer that stores it, HiddenBy the one that hid it: it
	// stored the path again or removed it; −1 when nothing did and it is
	// unreachable.
	Layer, HiddenBy int
	Sum
}

// Wasted lists what is stored and not seen, the biggest first. The lines sum
// to inventory.Sizes.Wasted.
func (a *Attribution) Wasted() []Wasted {
	index := map[Wasted]int{}
	var list []Wasted
	for i := range a.Items {
		it := &a.Items[i]
		if !it.Kind.Wasted() {
			continue
		}
		key := Wasted{Path: a.gone(a.Path(it)), Kind: it.Kind, Layer: int(it.Layer), HiddenBy: int(it.HiddenBy)}
		at, ok := index[key]
		if !ok {
			at = len(list)
			index[key] = at
			list = append(list, key)
		}
		list[at].add(it.Sum())
	}
	slices.SortFunc(list, func(x, y Wasted) int {
		return cmp.Or(bySize(x.Sum, y.Sum), inventory.ComparePaths(x.Path, y.Path), cmp.Compare(x.Layer, y.Layer), cmp.Compare(x.HiddenBy, y.HiddenBy), cmp.Compare(x.Kind, y.Kind))
	})
	return list
}

// gone is the highest directory around a path, or the path itself, that the
// final tree lacks; the path when it lacks nothing.
func (a *Attribution) gone(p string) string {
	out := p
	for d := p; d != "/"; d = path.Dir(d) {
		if a.Image.Tree.Find(d) != nil {
			break
		}
		out = d
	}
	return out
}
