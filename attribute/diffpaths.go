package attribute

import (
	"cmp"
	"slices"

	"schlank/inventory"
)

// minShare is the part of a directory's change, in percent, from which on
// something in it gets a line of its own.
const minShare = 5

// pathChanges finds the directories that explain a difference: a directory
// that is new or gone is one line; in one that both images have, what makes up
// a good part of the change gets lines of its own, and the rest is the
// directory's. keep chooses the items, nil takes all.
func pathChanges(a, b *Attribution, keep func(*Attribution, *Item) bool) []PathChange {
	tree := func(x *Attribution) *Node {
		return x.Tree(func(it *Item) bool { return keep == nil || keep(x, it) })
	}
	ta, tb := tree(a), tree(b)
	var list []PathChange
	for _, l := range explain(ta, tb, "/") {
		list = append(list, l.PathChange)
	}
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

// pathLine is a line with its gross change: the sum of what was added and
// what was taken away, which do not make up for each other.
type pathLine struct {
	PathChange
	gross int64
}

// explain returns the lines of a directory. They sum to its change.
func explain(a, b *Node, p string) []pathLine {
	whole := pathLine{PathChange: PathChange{Path: p, Change: Change{Before: sumOf(a), After: sumOf(b)}}}
	if a == nil || b == nil || len(a.Children) == 0 && len(b.Children) == 0 {
		d := whole.Sum()
		if whole.gross = abs(d.Disk); d == (Sum{}) {
			return nil
		}
		return []pathLine{whole}
	}
	var lines []pathLine
	for _, c := range pair(a.Children, b.Children) {
		lines = append(lines, explain(c.a, c.b, join(p, c.name))...)
	}
	rest := pathLine{PathChange: whole.PathChange}
	var gross, listed int64
	for _, l := range lines {
		listed += l.Sum().Disk
		gross += l.gross
	}
	own := abs(whole.Sum().Disk - listed) // what is stored at p itself
	gross += own
	kept := slices.DeleteFunc(lines, func(l pathLine) bool { return l.gross*100 < gross*minShare || l.gross == 0 })
	for _, l := range kept {
		rest.Before = rest.Before.minus(l.Before)
		rest.After = rest.After.minus(l.After)
		rest.gross -= l.gross
		rest.Rest = true
	}
	rest.gross += gross
	if (rest.Sum() != Sum{}) {
		kept = append(kept, rest)
	}
	return kept
}

func sumOf(n *Node) Sum {
	if n == nil {
		return Sum{}
	}
	return n.Sum
}

type nodePair struct {
	name string
	a, b *Node
}

// pair brings the children of two directories together by name.
func pair(a, b []*Node) []nodePair {
	index := make(map[string]int, len(a))
	list := make([]nodePair, 0, len(a))
	for _, n := range a {
		index[n.Name] = len(list)
		list = append(list, nodePair{n.Name, n, nil})
	}
	for _, n := range b {
		if i, ok := index[n.Name]; ok {
			list[i].b = n
		} else {
			list = append(list, nodePair{n.Name, nil, n})
		}
	}
	return list
}
