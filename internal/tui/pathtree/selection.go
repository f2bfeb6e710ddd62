package pathtree

import "schlank/attribute"

// Filter says which nodes are asked for. The zero value takes all.
type Filter struct {
	// Match chooses by path; nil takes all.
	Match func(path string) bool
	// Hide leaves nodes out by what happened to them.
	Hide [Changes]bool
}

// Sum is what a selection holds at a node and below it.
type Sum struct {
	Disk, Wasted int64
	// Files counts what is no directory.
	Files int32
	// Shown says that the node or something below it was asked for.
	Shown bool
	// Mixed says that Kind is not the only cause, only that of the most
	// bytes.
	Mixed bool
	// Change is what happened to the node, or Changed where something
	// happened to what is below it.
	Change Change
	Kind   attribute.Kind
}

// Selection is the part of a tree that is asked for. It is not changed after
// it is made.
type Selection struct {
	Tree *Tree
	// Sums has one for each node of the tree.
	Sums []Sum
}

// Select chooses nodes and sums them up, in one pass.
func (t *Tree) Select(f Filter) *Selection {
	s := &Selection{Tree: t, Sums: make([]Sum, len(t.Nodes))}
	var open stack
	for i := range t.Nodes {
		n := &t.Nodes[i]
		for len(open) > 0 && t.Nodes[open[len(open)-1].node].End <= int32(i) {
			open = s.shut(open)
		}
		shown := !f.Hide[n.Change] && (f.Match == nil || f.Match(n.Path))
		if shown {
			s.Sums[i] = Sum{Disk: n.Disk, Wasted: n.Wasted, Shown: true, Change: n.Change, Kind: n.Kind}
			if !n.Dir {
				s.Sums[i].Files = 1
			}
		}
		if n.End > int32(i)+1 || len(open) == 0 {
			open = open.push(int32(i))
			if shown {
				open[len(open)-1].note(n.Kind, n.Disk+n.Wasted)
			}
		} else if shown {
			up := &open[len(open)-1]
			s.Sums[up.node].add(&s.Sums[i])
			up.note(n.Kind, n.Disk+n.Wasted)
		}
	}
	for len(open) > 0 {
		open = s.shut(open)
	}
	return s
}

// shut completes the sum of the innermost directory.
func (s *Selection) shut(open stack) stack {
	last := len(open) - 1
	top := &open[last]
	top.choose(&s.Sums[top.node])
	if last > 0 {
		up := &open[last-1]
		s.Sums[up.node].add(&s.Sums[top.node])
		for _, k := range top.kinds {
			up.note(k.kind, k.bytes)
		}
	}
	return open[:last]
}

// add counts what is below a node. Sizes of hidden directories do not count,
// those of what is shown in them do.
func (s *Sum) add(below *Sum) {
	s.Disk += below.Disk
	s.Wasted += below.Wasted
	s.Files += below.Files
	s.Shown = s.Shown || below.Shown
	if s.Change == Unmodified && below.Shown && below.Change != Unmodified {
		s.Change = Changed
	}
}

// stack are the directories around a node, the root first.
type stack []frame

// frame is a directory whose sum is not complete yet, and how many bytes each
// cause has in it.
type frame struct {
	node  int32
	kinds []kindBytes
}

// push enters a directory. What was left behind at its place is used again.
func (st stack) push(node int32) stack {
	if len(st) < cap(st) {
		st = st[:len(st)+1]
	} else {
		st = append(st, frame{})
	}
	top := &st[len(st)-1]
	top.node, top.kinds = node, top.kinds[:0]
	return st
}

type kindBytes struct {
	kind  attribute.Kind
	bytes int64
}

// note counts bytes of a kind. There are few kinds, so a list is searched
// fastest.
func (f *frame) note(k attribute.Kind, bytes int64) {
	if k == "" {
		return
	}
	for i := range f.kinds {
		if f.kinds[i].kind == k {
			f.kinds[i].bytes += bytes
			return
		}
	}
	f.kinds = append(f.kinds, kindBytes{k, bytes})
}

// choose names the cause of the most bytes; of equals the first by name.
func (f *frame) choose(s *Sum) {
	var best kindBytes
	for i, k := range f.kinds {
		if i == 0 || k.bytes > best.bytes || k.bytes == best.bytes && k.kind < best.kind {
			best = k
		}
	}
	s.Kind, s.Mixed = best.kind, len(f.kinds) > 1
}
