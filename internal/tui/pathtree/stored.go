package pathtree

import (
	"schlank/attribute"
	"schlank/inventory"
)

// Stored is the tree of what all layers store, of the items that keep chooses.
// A node's Disk are the bytes of those items, Wasted those of them that are
// not in the final tree.
func Stored(a *attribute.Attribution, keep func(*attribute.Item) bool) *Tree {
	b := newBuilder(len(a.Items) / 4)
	for i := range a.Items {
		it := &a.Items[i]
		if p := a.Path(it); p != "" && keep(it) {
			b.at(p).addItem(a, it)
		}
	}
	return b.tree()
}

// Image is the tree of all that the layers of an image hold, files or not. What
// is not in the final tree is marked as removed and, where the base image is
// known, what was added to and changed of it is.
func Image(a *attribute.Attribution) *Tree {
	first := a.Base.Layers
	if first == 0 {
		first = len(a.Image.Layers)
	}
	states := upTo(a.Image, first, len(a.Image.Layers)-1)
	b := newBuilder(len(states))
	items := itemsOf(a)
	for i := range states {
		s := &states[i]
		// What was added above the base and is gone has no state.
		items.before(s.path, func(it *attribute.Item) { b.at(a.Path(it)).addGone(a, it) })
		b.at(s.path).put(s.entry, s.layer, s.change)
		items.each(s.path, func(it *attribute.Item) { b.at(s.path).addItem(a, it) })
	}
	items.rest(func(it *attribute.Item) { b.at(a.Path(it)).addGone(a, it) })
	for i := range b.nodes {
		if n := &b.nodes[i]; n.Entry == nil && n.Path != "/" && a.Image.Tree.Find(n.Path) == nil {
			n.Change = Removed
		}
	}
	return b.tree()
}

// addItem adds bytes that are stored at a node.
func (n *Node) addItem(a *attribute.Attribution, it *attribute.Item) {
	if n.Kind == "" || it.Disk > n.Disk || !it.Kind.Wasted() {
		n.Kind = it.Kind
	}
	n.Disk += it.Disk
	if it.Kind.Wasted() {
		n.Wasted += it.Disk
	}
	if n.Entry == nil || n.Layer < it.Layer && n.Entry.Kind == inventory.KindFile {
		n.Entry, n.Layer = a.Entry(it), it.Layer
	}
}

// addGone adds bytes at a path that is not in the final tree.
func (n *Node) addGone(a *attribute.Attribution, it *attribute.Item) {
	n.addItem(a, it)
	n.Change = Removed
}

// items walks over the items that have paths, in path order.
type items struct {
	a    *attribute.Attribution
	next int
}

func itemsOf(a *attribute.Attribution) *items { return &items{a: a} }

// before gives the items whose paths come before p.
func (s *items) before(p string, f func(*attribute.Item)) {
	for ; s.next < len(s.a.Items); s.next++ {
		it := &s.a.Items[s.next]
		if it.Entry < 0 || inventory.ComparePaths(s.a.Path(it), p) >= 0 {
			return
		}
		f(it)
	}
}

// each gives the items at p, and leaves those before it out.
func (s *items) each(p string, f func(*attribute.Item)) {
	s.before(p, func(*attribute.Item) {})
	for ; s.next < len(s.a.Items); s.next++ {
		it := &s.a.Items[s.next]
		if it.Entry < 0 || s.a.Path(it) != p {
			return
		}
		f(it)
	}
}

// rest gives the items that are left.
func (s *items) rest(f func(*attribute.Item)) {
	for ; s.next < len(s.a.Items) && s.a.Items[s.next].Entry >= 0; s.next++ {
		f(&s.a.Items[s.next])
	}
}
