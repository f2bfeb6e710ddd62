package image

import (
	"cmp"
	"maps"
	"slices"

	"schlank/inventory"
)

// ordered returns the entries of a layer that stayed, in path order, and in
// the memory that they are in.
func ordered(entries []inventory.Entry, landed []landing, layer int32) []inventory.Entry {
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
		if e, n := l.entry, l.node; e.Kind == inventory.KindHardlink && n.file.src.layer == int(layer) && n.file.first.gone {
			n.file.first = n
			e.Kind, e.Link, e.Size = inventory.KindFile, "", n.file.entry.Size
		}
	}
	for _, l := range landed {
		if e, n := l.entry, l.node; e.Kind == inventory.KindHardlink && n.file.src.layer == int(layer) {
			e.Link = n.file.first.path
		}
	}
	return arrange(entries, landed)
}

// arrange brings entries into the order of landed, drops the others, and tells
// the tree where they are.
func arrange(entries []inventory.Entry, landed []landing) []inventory.Entry {
	holds := make([]bool, len(landed))
	from := make([]int32, len(landed), len(entries)) // index to be → index
	stays := make([]bool, len(entries))
	for i, l := range landed {
		holds[i], from[i], stays[l.at] = l.holds(), l.at, true
	}
	for i := range entries {
		if !stays[i] {
			from = append(from, int32(i))
		}
	}
	permute(entries, from)
	if entries = entries[:len(landed)]; cap(entries)-len(entries) > len(entries)/8 {
		entries = slices.Clone(entries)
	}
	for i, l := range landed {
		if l.node == nil {
			continue
		}
		l.node.entry = &entries[i]
		if holds[i] {
			l.node.file.entry = &entries[i]
		}
	}
	return entries
}

// permute puts what is at from[i] to i, for each i, cycle by cycle. from is
// used up.
func permute(entries []inventory.Entry, from []int32) {
	const done = -1
	for start := range from {
		if from[start] == done {
			continue
		}
		first := entries[start]
		at := start
		for int(from[at]) != start {
			next := int(from[at])
			entries[at], from[at] = entries[next], done
			at = next
		}
		entries[at], from[at] = first, done
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

// tree returns the tree as it is now, and where the content of files is that
// is not stored under their path in their layer. A file whose first name is
// gone is a file under the first one left, so that content that can be reached
// is counted, and once.
func (u *unpacker) tree() (inventory.Tree, map[int]ref) {
	nodes := u.root.appendAll(nil)
	for _, n := range nodes {
		if n.file != nil && n.file.first.gone {
			n.file.first = n
		}
	}
	tree := make(inventory.Tree, len(nodes))
	elsewhere := map[int]ref{}
	for i, n := range nodes {
		tree[i] = inventory.File{Entry: n.final(), Layer: int(n.layer), Owner: -1, Implied: n.entry == nil}
		if n.file != nil && n.file.src != (ref{int(n.layer), n.path}) {
			elsewhere[i] = n.file.src
		}
	}
	return tree, elsewhere
}

// final is the entry of a node in the tree: that of its layer, if it says what
// is true of the tree.
func (n *treeNode) final() *inventory.Entry {
	if n.entry == nil {
		return &inventory.Entry{Path: n.path, Kind: inventory.KindDir, Mode: 0o755}
	}
	kind, link, size := n.entry.Kind, n.entry.Link, n.entry.Size
	switch {
	case n.file == nil:
	case n.file.first == n:
		kind, link, size = inventory.KindFile, "", n.file.entry.Size
	default:
		kind, link, size = inventory.KindHardlink, n.file.first.path, 0
	}
	if e := n.entry; e.Path == n.path && e.Kind == kind && e.Link == link && e.Size == size {
		return e
	}
	e := *n.entry
	e.Path, e.Kind, e.Link, e.Size = n.path, kind, link, size
	return &e
}

// appendAll lists a node and all below it in path order.
func (n *treeNode) appendAll(nodes []*treeNode) []*treeNode {
	nodes = append(nodes, n)
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		nodes = n.children[name].appendAll(nodes)
	}
	return nodes
}
