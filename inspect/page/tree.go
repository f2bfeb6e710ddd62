package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schlank/attribute"
	"schlank/report"
)

// Node is a rectangle of the treemap.
type Node struct {
	Name string `json:"n"`
	// Size and Wasted are in bytes; a node's are the sums of its children's.
	Size   int64 `json:"s"`
	Wasted int64 `json:"w,omitempty"`
	// Kind is the index of the kind of cause that most of it is of.
	Kind     int     `json:"k"`
	Children []*Node `json:"c,omitempty"`

	byName map[string]*Node
	kinds  map[int]int64
}

// maxNodes bounds a tree: a page of a few megabytes.
const maxNodes = 12_000

// trees are the three ways to look at an image.
func trees(a *attribute.Attribution) []viewData {
	index := map[attribute.Kind]int{}
	for k, kind := range attribute.Kinds() {
		index[kind] = k
	}
	build := func(name string, place func(it *attribute.Item, path []string) []string) viewData {
		root := &Node{Name: name}
		for i := range a.Items {
			it := &a.Items[i]
			if it.Disk > 0 {
				root.add(place(it, split(a.Path(it))), it, index[it.Kind])
			}
		}
		return viewData{name, root.finish()}
	}
	return []viewData{
		build("cause", func(it *attribute.Item, path []string) []string {
			at := []string{it.Kind.Title()}
			if it.Subject != "" {
				at = append(at, it.Subject)
			}
			return append(at, path...)
		}),
		build("package", func(it *attribute.Item, path []string) []string {
			p := a.Package(it)
			if p == nil {
				return append([]string{"no package"}, path...)
			}
			return append([]string{string(p.Type), p.Name + " " + p.Version}, path...)
		}),
		build("path", func(_ *attribute.Item, path []string) []string { return path }),
	}
}

// split takes a path apart; an item without one lies at the root.
func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return []string{"(no path)"}
	}
	return strings.Split(path, "/")
}

// add puts an item at a place below the node.
func (n *Node) add(place []string, it *attribute.Item, kind int) {
	for depth := 0; ; depth++ {
		n.Size += it.Disk
		if it.Kind.Wasted() {
			n.Wasted += it.Disk
		}
		if n.kinds == nil {
			n.kinds = map[int]int64{}
		}
		n.kinds[kind] += it.Disk
		if depth == len(place) {
			return
		}
		next := n.byName[place[depth]]
		if next == nil {
			next = &Node{Name: place[depth]}
			if n.byName == nil {
				n.byName = map[string]*Node{}
			}
			n.byName[place[depth]] = next
		}
		n = next
	}
}

// finish orders the tree and leaves out what is too small to be seen, until it
// is small enough. What is left out becomes one node beside its siblings.
func (n *Node) finish() *Node {
	least := int64(1)
	for n.count(least) > maxNodes {
		least *= 2
	}
	n.order(least)
	return n
}

// count is the number of nodes of at least that size.
func (n *Node) count(least int64) int {
	total := 1
	for _, c := range n.byName {
		if c.Size >= least {
			total += c.count(least)
		}
	}
	return total
}

func (n *Node) order(least int64) {
	n.Kind = n.mostly()
	n.Name = report.Plain(n.Name)
	rest := &Node{kinds: map[int]int64{}}
	small := 0
	for _, c := range n.byName {
		if c.Size >= least {
			n.Children = append(n.Children, c)
			continue
		}
		small++
		rest.Size += c.Size
		rest.Wasted += c.Wasted
		for k, size := range c.kinds {
			rest.kinds[k] += size
		}
	}
	for _, c := range n.Children {
		c.order(least)
	}
	if rest.Size > 0 {
		rest.Name, rest.Kind = fmt.Sprintf("%s smaller", report.Count(small)), rest.mostly()
		n.Children = append(n.Children, rest)
	}
	slices.SortFunc(n.Children, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Name, b.Name))
	})
	n.byName, n.kinds = nil, nil
	// A chain of directories with one child each is one step.
	for len(n.Children) == 1 && len(n.Children[0].Children) > 0 && n.Name != "" && n.Size == n.Children[0].Size && n.chained() {
		only := n.Children[0]
		n.Name += "/" + only.Name
		n.Children = only.Children
	}
}

// chained reports whether the node may be joined with its only child: the
// names of views stay.
func (n *Node) chained() bool {
	return n.Name != "cause" && n.Name != "package" && n.Name != "path"
}

// mostly is the kind that most bytes are of.
func (n *Node) mostly() int {
	best, most := 0, int64(-1)
	for k, size := range n.kinds {
		if size > most || size == most && k < best {
			best, most = k, size
		}
	}
	return best
}
