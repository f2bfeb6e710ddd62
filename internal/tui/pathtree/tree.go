// Package pathtree holds the trees that the terminal explorer shows: paths
// with what is stored at them and what a layer does to them, which of them are
// asked for, their sums, and the rows that are unfolded.
//
// It is pure and made for images of a million paths: a tree is one slice in
// path order. It imports attribute and inventory.
package pathtree

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"schlank/attribute"
	"schlank/inventory"
)

// Change is what layers do to a path.
type Change uint8

// The changes; Changes is their number.
const (
	Unmodified Change = iota
	Added
	Changed
	Removed
	Changes = iota
)

// Node is a path of a tree.
type Node struct {
	// Path is absolute and clean.
	Path string
	// Parent is the index of the directory around it, −1 for the root; End
	// that of the first node after it which is not below it.
	Parent, End int32
	// Layer is the layer whose entry is seen at the path, −1 for implied
	// directories.
	Layer int32
	// Depth is 0 for the root.
	Depth int32
	// Dir says that it is a directory, or has something below it.
	Dir    bool
	Change Change
	// Kind is the cause of what is seen at this very path, or else of what is
	// stored there, "" when nothing is.
	Kind attribute.Kind
	// Entry is the entry of Layer, nil for implied directories.
	Entry *inventory.Entry
	// Disk are the bytes stored at this very path, Wasted those of the path
	// that are not in the final tree; see Stored and Layers.
	Disk, Wasted int64
}

// Name is the last part of the path, "/" for the root.
func (n *Node) Name() string {
	if n.Path == "/" {
		return n.Path
	}
	return n.Path[strings.LastIndexByte(n.Path, '/')+1:]
}

// Tree is a tree of paths. It is not changed after it is made.
type Tree struct {
	// Nodes are in path order, the root first.
	Nodes []Node
}

// Find returns the index of a path, or of the nearest directory around it.
func (t *Tree) Find(p string) int32 {
	for {
		i, ok := slices.BinarySearchFunc(t.Nodes, p, func(n Node, p string) int { return inventory.ComparePaths(n.Path, p) })
		if ok {
			return int32(i)
		}
		cut := strings.LastIndexByte(p, '/')
		if cut <= 0 {
			return 0
		}
		p = p[:cut]
	}
}

// builder makes a tree of paths that come in order.
type builder struct {
	nodes []Node
	open  []int32
}

func newBuilder(size int) *builder {
	b := &builder{nodes: make([]Node, 1, size+1), open: []int32{0}}
	b.nodes[0] = Node{Path: "/", Parent: -1, Layer: -1, Dir: true}
	return b
}

// at is the node of a path; it and the directories around it are made if
// need be. It is valid until the next call.
func (b *builder) at(p string) *Node {
	for n := len(b.open) - 1; n > 0 && b.nodes[b.open[n]].Path != p && !under(b.nodes[b.open[n]].Path, p); n-- {
		b.nodes[b.open[n]].End = int32(len(b.nodes))
		b.open = b.open[:n]
	}
	top := b.open[len(b.open)-1]
	from := len(b.nodes[top].Path)
	if top == 0 {
		from = 0
	}
	for from < len(p) && b.nodes[top].Path != p {
		end := strings.IndexByte(p[from+1:], '/')
		if end < 0 {
			end = len(p)
		} else {
			end += from + 1
		}
		b.nodes[top].Dir = true
		b.nodes = append(b.nodes, Node{Path: p[:end], Parent: top, Layer: -1, Depth: int32(len(b.open))})
		top = int32(len(b.nodes) - 1)
		b.open = append(b.open, top)
		from = end
	}
	return &b.nodes[top]
}

func (b *builder) tree() *Tree {
	for _, i := range b.open {
		b.nodes[i].End = int32(len(b.nodes))
	}
	return &Tree{Nodes: b.nodes}
}

// put says what is seen at a node.
func (n *Node) put(e *inventory.Entry, layer int, c Change) {
	n.Entry, n.Layer, n.Change = e, int32(layer), c
	n.Dir = n.Dir || e != nil && e.Kind == inventory.KindDir
}

// under reports whether p lies below dir.
func under(dir, p string) bool {
	if dir == "/" {
		return p != "/"
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && strings.HasPrefix(p, dir)
}

// sameDir reports whether two entries of a directory say the same about it.
// Archives repeat the directories around what they hold.
func sameDir(a, b *inventory.Entry) bool {
	const bits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
	return a.Mode&bits == b.Mode&bits && a.UID == b.UID && a.GID == b.GID && maps.Equal(a.Xattrs, b.Xattrs)
}
