package pathtree

import (
	"schlank/attribute"
	"schlank/inventory"
)

// Layers is the tree as it is after the layer last, with what the layers from
// first to last do to it marked. A node's Disk are the bytes of what is seen
// there, none for what was removed; Wasted are all that are stored at the path
// by layers up to last and are not in the final tree.
func Layers(a *attribute.Attribution, first, last int) *Tree {
	states := upTo(a.Image, first, last)
	b := newBuilder(len(states))
	items := itemsOf(a)
	for i := range states {
		s := &states[i]
		n := b.at(s.path)
		n.put(s.entry, s.layer, s.change)
		items.each(s.path, func(it *attribute.Item) {
			if int(it.Layer) > last {
				return
			}
			if it.Kind.Wasted() {
				n.Wasted += it.Disk
			}
			if n.Kind == "" || int(it.Layer) == s.layer {
				n.Kind = it.Kind
			}
			if int(it.Layer) == s.layer && s.change != Removed {
				n.Disk += it.Disk
			}
		})
	}
	return b.tree()
}

// state is a path of the tree after some layers.
type state struct {
	path   string
	entry  *inventory.Entry
	layer  int
	change Change
}

// upTo applies layers up to last, and notes what those from first on change.
// The states are in path order.
func upTo(img *inventory.Image, first, last int) []state {
	var list []state
	for l := 0; l <= last && l < len(img.Layers); l++ {
		if l == first {
			list = settled(list)
		}
		list = apply(list, img.Layers[l].Entries, l)
	}
	if first > last {
		list = settled(list)
	}
	return list
}

// settled is the state before changes are counted.
func settled(list []state) []state {
	out := list[:0]
	for _, s := range list {
		if s.change != Removed {
			s.change = Unmodified
			out = append(out, s)
		}
	}
	return out
}

// apply lays a layer over a tree. Both are in path order, and so is what comes
// out.
func apply(below []state, entries []inventory.Entry, layer int) []state {
	out := make([]state, 0, len(below)+len(entries))
	hidden := "" // what lies below it is gone
	keep := func(s state) {
		if hidden != "" && under(hidden, s.path) {
			s, _ = s.removed()
		}
		out = append(out, s)
	}
	i, j := 0, 0
	for j < len(entries) {
		p := entries[j].Path
		for ; i < len(below) && inventory.ComparePaths(below[i].path, p) < 0; i++ {
			keep(below[i])
		}
		var old *state
		if i < len(below) && below[i].path == p {
			old = &below[i]
			i++
		}
		var at merged
		for ; j < len(entries) && entries[j].Path == p; j++ {
			at.add(&entries[j])
		}
		if (hidden == "" || !under(hidden, p)) && at.hides() {
			hidden = p
		}
		gone := at.whiteout || hidden != "" && under(hidden, p)
		if s, ok := at.over(old, gone, layer); ok {
			out = append(out, s)
		}
	}
	for ; i < len(below); i++ {
		keep(below[i])
	}
	// What was added and removed again never was.
	end := 0
	for _, s := range out {
		if s.entry != nil {
			out[end] = s
			end++
		}
	}
	return out[:end]
}

// merged is what one layer says of one path.
type merged struct {
	entry            *inventory.Entry
	whiteout, opaque bool
}

func (m *merged) add(e *inventory.Entry) {
	switch e.Kind {
	case inventory.KindWhiteout:
		m.whiteout = true
	case inventory.KindOpaque:
		m.opaque = true
	default:
		m.entry = e
	}
}

// hides reports whether what lower layers have below the path goes.
func (m *merged) hides() bool {
	return m.whiteout || m.opaque || m.entry != nil && m.entry.Kind != inventory.KindDir
}

// over is the state after the layer; it reports false if there is nothing.
// gone says that the layer removes the old one.
func (m *merged) over(old *state, gone bool, layer int) (state, bool) {
	if m.entry == nil {
		if old == nil {
			return state{}, false
		}
		if gone {
			return old.removed()
		}
		return *old, true
	}
	s := state{path: m.entry.Path, entry: m.entry, layer: layer, change: Added}
	if old == nil {
		return s, true
	}
	s.change = Changed
	switch {
	case old.change == Added:
		s.change = Added
	case old.change == Unmodified && !gone && old.entry.Kind == inventory.KindDir && s.entry.Kind == inventory.KindDir && sameDir(old.entry, s.entry):
		return *old, true
	}
	return s, true
}

// removed is the state when it is removed: nothing, reported by false and a
// nil entry, if the layers looked at added it.
func (s state) removed() (state, bool) {
	if s.change == Added {
		return state{}, false
	}
	s.change = Removed
	return s, true
}
