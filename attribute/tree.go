package attribute

import (
	"cmp"
	"slices"
	"strings"

	"schlank/inventory"
)

// Node is a directory, or a path with stored content, of the size tree.
type Node struct {
	// Name is the last part of the path, "/" for the root.
	Name string
	// Sum is everything stored at the path and below it.
	Sum
	// Wasted is the part of Disk that is not in the final tree.
	Wasted int64
	// Children are the biggest first.
	Children []*Node
	// Items are indexes in Attribution.Items of what is stored at this very
	// path, from the base upwards.
	Items []int32
}

// Tree sums stored bytes up by directory. keep chooses the items; nil takes
// all. What has no path, overheads, is left out.
func (a *Attribution) Tree(keep func(*Item) bool) *Node {
	root := &Node{Name: "/"}
	// All nodes and all their items are pieces of a few big slices.
	var nodes []Node
	stored := make([]int32, 0, len(a.Items))
	// open are the directories around the last path, paths theirs.
	open, paths := []*Node{root}, []string{"/"}
	for i := range a.Items {
		it := &a.Items[i]
		p := a.Path(it)
		if p == "" || keep != nil && !keep(it) {
			continue
		}
		for last := len(paths) - 1; paths[last] != p && !under(paths[last], p); last-- {
			open, paths = open[:last], paths[:last]
		}
		for cur := paths[len(paths)-1]; cur != p; cur = paths[len(paths)-1] {
			from := len(cur) + 1
			if cur == "/" {
				from = 1
			}
			end := strings.IndexByte(p[from:], '/')
			if end < 0 {
				end = len(p)
			} else {
				end += from
			}
			if len(nodes) == 0 {
				nodes = make([]Node, 1024)
			}
			n := &nodes[0]
			nodes = nodes[1:]
			n.Name = p[from:end]
			parent := open[len(open)-1]
			parent.Children = append(parent.Children, n)
			open, paths = append(open, n), append(paths, p[:end])
		}
		at := open[len(open)-1]
		stored = append(stored, int32(i))
		at.Items = stored[len(stored)-1-len(at.Items) : len(stored) : len(stored)]
		for _, n := range open {
			n.add(it.Sum())
			if it.Kind.Wasted() {
				n.Wasted += it.Disk
			}
		}
	}
	root.sort()
	return root
}

func (n *Node) sort() {
	slices.SortFunc(n.Children, func(x, y *Node) int { return cmp.Or(bySize(x.Sum, y.Sum), cmp.Compare(x.Name, y.Name)) })
	for _, c := range n.Children {
		c.sort()
	}
}

// PathSum is what one path and all below it account for.
type PathSum struct {
	Path string
	// Rest is set when parts of the path have lines of their own, and this
	// is what remains.
	Rest bool
	Sum
	// Wasted is the part of Disk that is not in the final tree.
	Wasted int64
}

// Top names the paths that hold most of a tree: those that make up at least
// one part in count of it, as far down as that goes. What remains of a
// directory is a line of its own, or goes to the directory around it, if it is
// less than that. There are at most count lines and the root's; they sum to
// the tree.
func (n *Node) Top(count int) []PathSum {
	least := n.Disk / int64(max(count, 1))
	lines := n.top("/", max(least, 1))
	slices.SortFunc(lines, func(x, y PathSum) int {
		return cmp.Or(bySize(x.Sum, y.Sum), inventory.ComparePaths(x.Path, y.Path))
	})
	return lines
}

func (n *Node) top(p string, least int64) []PathSum {
	rest := PathSum{Path: p, Sum: n.Sum, Wasted: n.Wasted}
	var lines []PathSum
	for _, c := range n.Children {
		if c.Disk < least {
			break // the biggest come first
		}
		for _, l := range c.top(join(p, c.Name), least) {
			if l.Disk >= least {
				lines = append(lines, l)
				rest.Sum, rest.Rest = rest.minus(l.Sum), true
				rest.Wasted -= l.Wasted
			}
		}
	}
	if (rest.Sum != Sum{}) {
		lines = append(lines, rest)
	}
	return lines
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}

// CausePaths are the paths that hold most of a cause's bytes.
func (a *Attribution) CausePaths(k Kind, count int) []PathSum {
	return a.Tree(func(it *Item) bool { return it.Kind == k }).Top(count)
}
