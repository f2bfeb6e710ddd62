package image

import (
	"cmp"
	"maps"
	"slices"

	"schlank/inventory"
)

// ordered returns the entries of a layer that stayed, in path order.
func ordered(landed []landing, layer int) []inventory.Entry {
	slices.SortStableFunc(landed, func(a, b landing) int {
		return cmp.Or(
			inventory.ComparePaths(a.entry.Path, b.entry.Path),
			cmp.Compare(rank(a.entry.Kind), rank(b.entry.Kind)),
		)
	})
	// Only deletions can be there twice.
	landed = slices.CompactFunc(landed, func(a, b landing) bool {
		return a.entry.Path == b.entry.Path && rank(a.entry.Kind) == rank(b.entry.Kind)
	})
	for _, l := range landed {
		// A file replaced later in the archive lives on by its other names.
		if e, n := l.entry, l.node; e.Kind == inventory.KindHardlink && n.file.src.layer == layer && n.file.first.gone {
			n.file.first = n
			e.Kind, e.Link, e.Size = inventory.KindFile, "", n.file.entry.Size
		}
	}
	entries := make([]inventory.Entry, len(landed))
	for i, l := range landed {
		if e, n := l.entry, l.node; e.Kind == inventory.KindHardlink && n.file.src.layer == layer {
			e.Link = n.file.first.path
		}
		entries[i] = l.entry.Entry
		l.stay(&entries[i])
	}
	return entries
}

// stay puts an entry's final place into the tree: no one needs the scan of the
// layer then.
func (l landing) stay(at *inventory.Entry) {
	if l.node == nil {
		return
	}
	l.node.entry = at
	if l.node.file != nil && l.node.file.entry == &l.entry.Entry {
		l.node.file.entry = at
	}
}

// rank orders what one layer says of one path: deletions come first, since
// they are about the layers below only.
func rank(k inventory.Kind) int {
	switch k {
	case inventory.KindWhiteout:
		return 0
	case inventory.KindOpaque:
		return 1
	}
	return 2
}

// tree returns the tree as it is now, and where the content of each file is.
// A file whose first name is gone is a file under the first one left, so that
// content that can be reached is counted, and once.
func (u *unpacker) tree() (inventory.Tree, []ref) {
	nodes := u.root.appendAll(nil)
	for _, n := range nodes {
		if n.file != nil && n.file.first.gone {
			n.file.first = n
		}
	}
	tree := make(inventory.Tree, len(nodes))
	refs := make([]ref, len(nodes))
	for i, n := range nodes {
		f := inventory.File{Layer: n.layer, Owner: -1}
		if n.entry == nil {
			f.Implied = true
			f.Entry = inventory.Entry{Kind: inventory.KindDir, Mode: 0o755}
		} else {
			f.Entry = *n.entry
		}
		f.Path = n.path
		switch {
		case n.file == nil:
		case n.file.first == n:
			f.Kind, f.Link, f.Size = inventory.KindFile, "", n.file.entry.Size
		default:
			f.Kind, f.Link, f.Size = inventory.KindHardlink, n.file.first.path, 0
		}
		tree[i] = f
		if n.file != nil {
			refs[i] = n.file.src
		}
	}
	return tree, refs
}

// appendAll lists a node and all below it in path order.
func (n *treeNode) appendAll(nodes []*treeNode) []*treeNode {
	nodes = append(nodes, n)
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		nodes = n.children[name].appendAll(nodes)
	}
	return nodes
}
