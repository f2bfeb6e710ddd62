package attribute

import (
	"cmp"
	"slices"

	"schlank/inventory"
)

// minShare is the part of the whole change, in percent, from which on a path
// gets a line of its own.
const minShare = 2

// pathChanges finds the directories that explain a difference: a directory
// that is new or gone is one line; in one that both images have, what makes up
// a good part of the change gets lines of its own, and the rest is the
// directory's. keep chooses the items, nil takes all.
func pathChanges(a, b *Attribution, keep func(*Attribution, *Item) bool) []PathChange {
	tree := func(x *Attribution) *Node {
		return x.Tree(func(it *Item) bool { return keep == nil || keep(x, it) })
	}
	root := together(tree(a), tree(b), "/")
	list := root.explain("/", max(1, root.gross*minShare/100))
	none := Change{Before: a.pathless(keep), After: b.pathless(keep)}
	if (none.Sum() != Sum{}) {
		list = append(list, PathChange{Change: none})
	}
	slices.SortFunc(list, func(x, y PathChange) int {
		return cmp.Or(byChange(x.Change, y.Change), inventory.ComparePaths(x.Path, y.Path))
	})
	return list
}

// pathless sums the items without a path.
func (a *Attribution) pathless(keep func(*Attribution, *Item) bool) Sum {
	var s Sum
	for i := range a.Items {
		if it := &a.Items[i]; it.Entry < 0 && (keep == nil || keep(a, it)) {
			s.add(it.Sum())
		}
	}
	return s
}

// twin is a path of two trees.
type twin struct {
	name string
	Change
	// gross is the sum of what was added and what was taken away, which do
	// not make up for each other.
	gross int64
	// both is set for a directory of both trees.
	both     bool
	children []*twin
}

// together lays two trees over each other; a or b may be nil.
func together(a, b *Node, name string) *twin {
	t := &twin{name: name, both: a != nil && b != nil}
	var left, right []*Node
	if a != nil {
		t.Before, left = a.Sum, a.Children
	}
	if b != nil {
		t.After, right = b.Sum, b.Children
	}
	if !t.both {
		t.gross = abs(t.Sum().Disk)
		return t
	}
	own := t.Sum().Disk
	index := make(map[string]*Node, len(right))
	for _, n := range right {
		index[n.Name] = n
	}
	for _, n := range left {
		t.children = append(t.children, together(n, index[n.Name], n.Name))
		delete(index, n.Name)
	}
	for _, n := range right {
		if index[n.Name] != nil {
			t.children = append(t.children, together(nil, n, n.Name))
		}
	}
	for _, c := range t.children {
		t.gross += c.gross
		own -= c.Sum().Disk
	}
	t.gross += abs(own) // what is stored at the path itself
	return t
}

// explain returns the lines of a path. They sum to its change.
func (t *twin) explain(p string, least int64) []PathChange {
	rest := PathChange{Path: p, Change: t.Change}
	var lines []PathChange
	for _, c := range t.children {
		if c.gross < least {
			continue
		}
		for _, l := range c.explain(join(p, c.name), least) {
			if abs(l.Sum().Disk) >= least {
				lines = append(lines, l)
				rest.Before, rest.After, rest.Rest = rest.Before.minus(l.Before), rest.After.minus(l.After), true
			}
		}
	}
	if (rest.Sum() != Sum{}) {
		lines = append(lines, rest)
	}
	return lines
}
