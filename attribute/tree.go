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
			n := &Node{Name: p[from:end]}
			parent := open[len(open)-1]
			parent.Children = append(parent.Children, n)
			open, paths = append(open, n), append(paths, p[:end])
		}
		at := open[len(open)-1]
		at.Items = append(at.Items, int32(i))
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
}

// Top names up to n paths that hold most of a tree: it goes down where one
// directory makes up most of what is above it, and stops where the bytes
// spread. The lines sum to the tree.
func (n *Node) Top(count int) []PathSum {
	type line struct {
		node *Node
		path string
		rest Sum
		cut  bool
	}
	lines := []line{{node: n, path: "/", rest: n.Sum}}
	for len(lines) < count {
		// Take the line with the most bytes that has a child worth a line.
		best, child := -1, (*Node)(nil)
		for i, l := range lines {
			for _, c := range l.node.Children {
				taken := slices.ContainsFunc(lines, func(o line) bool { return o.node == c })
				if taken {
					continue
				}
				if c.Disk*10 >= n.Disk && (child == nil || c.Disk > child.Disk) {
					best, child = i, c
				}
				break
			}
		}
		if best < 0 {
			break
		}
		l := &lines[best]
		l.rest.Disk, l.rest.Pull, l.rest.Files = l.rest.Disk-child.Disk, l.rest.Pull-child.Pull, l.rest.Files-child.Files
		l.cut = true
		lines = append(lines, line{node: child, path: join(l.path, child.Name), rest: child.Sum})
		lines = slices.DeleteFunc(lines, func(l line) bool { return l.cut && l.rest == Sum{} })
	}
	var out []PathSum
	for _, l := range lines {
		out = append(out, PathSum{Path: l.path, Rest: l.cut, Sum: l.rest})
	}
	slices.SortFunc(out, func(x, y PathSum) int {
		return cmp.Or(bySize(x.Sum, y.Sum), inventory.ComparePaths(x.Path, y.Path))
	})
	return out
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
