package image

import (
	"errors"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// ref says where a file's content is stored: under a name of an archive.
type ref struct {
	layer int
	name  string
}

// treeNode is a path of the tree that layers are unpacked onto.
type treeNode struct {
	path   string
	parent *treeNode
	// entry is what put the node there last, nil for a directory that is only
	// there because something lies in it.
	entry *inventory.Entry
	layer int
	// file is what the names of a regular file share, nil for other kinds.
	file *content
	// children is nil for what is no directory.
	children map[string]*treeNode
	// gone says that the node was replaced or deleted.
	gone bool
	// swept is one more than the last layer that deleted what lower layers
	// have here: it need not look again.
	swept int
}

// content is a regular file apart from its names: an inode.
type content struct {
	src   ref
	entry *inventory.Entry
	// first is the name that counts the bytes; the others are hard links.
	first *treeNode
}

func (n *treeNode) isDir() bool { return n.children != nil }

// Bounds on work that archives of a few bytes could ask for: bytes of memory
// for directories that have no entry, and steps on the way through symlinks.
const (
	maxImplied = 256 << 20
	maxDetours = 1 << 26
)

// maxLinks bounds the symlinks followed for one path, as Linux does
// (path_resolution(7)).
const maxLinks = 40

// unpacker lays layers over each other entry by entry, as the programs do
// that unpack them onto a disk: a symlink that stands for a directory of an
// entry's path redirects the entry, a later entry of the same path replaces an
// earlier one, a hard link names what is there at that moment. Only deletions
// are taken as the OCI image specification has them: they concern the layers
// below, wherever in the archive they stand.
type unpacker struct {
	root     *treeNode
	layer    int
	unknowns []inventory.Unknown
	// dir of the last entry, for most of its neighbours lie in it, too; nil
	// when something was removed since.
	last     *treeNode
	lastName string
	implied  int
	detours  int
}

func newUnpacker() *unpacker {
	return &unpacker{root: &treeNode{path: "/", children: map[string]*treeNode{}}}
}

// add unpacks the next layer and returns its entries as they landed, which the
// unpacker goes on using while the scan can be dropped: in path order, deletions of a path before what the layer put there, and of several
// entries for one path the one that stayed. What can't be unpacked is listed.
// The error says that the layer asks for more than any image needs.
func (u *unpacker) add(layer int, scan *scanned) ([]inventory.Entry, []inventory.Unknown, error) {
	u.layer, u.unknowns = layer, nil
	u.last = nil
	landed := make([]landing, 0, len(scan.entries))
	for i := range scan.entries {
		l, reason := u.entry(&scan.entries[i])
		if reason == "" {
			landed = append(landed, l)
		} else {
			u.unknowns = append(u.unknowns, inventory.Unknown{Layer: layer, Path: scan.entries[i].Path, Reason: reason})
		}
		if u.implied > maxImplied {
			return nil, nil, errors.New("too many directories without an entry of their own")
		}
		if u.detours > maxDetours {
			return nil, nil, errors.New("symlinks lead through too many directories")
		}
	}
	landed = slices.DeleteFunc(landed, func(l landing) bool { return l.node != nil && (l.node.gone || l.node.entry != &l.entry.Entry) })
	return ordered(landed, layer), u.unknowns, nil
}

// landing is an entry as it was unpacked. What was scanned stays as it is: an
// entry that landed elsewhere is a copy.
type landing struct {
	entry *stored
	// node is what it put into the tree, nil for a deletion.
	node *treeNode
}

// entry unpacks one entry. The reason says why nothing was done.
func (u *unpacker) entry(e *stored) (l landing, reason string) {
	switch {
	case e.Kind == inventory.KindOpaque:
		dir, reason := u.dir(e.Path, true)
		if reason != "" {
			return l, reason
		}
		u.empty(dir)
		return landing{entry: e.at(dir.path)}, ""
	case e.Path == "/":
		u.root.entry, u.root.layer = &e.Entry, u.layer
		return landing{e, u.root}, ""
	}
	var target *treeNode
	if e.Kind == inventory.KindHardlink {
		if e, target, reason = u.target(e); reason != "" {
			return l, reason
		}
	}
	dir, reason := u.parent(e.Path)
	if reason != "" {
		return l, reason
	}
	name := path.Base(e.Path)
	old := dir.children[name]
	e = e.at(dir.join(name, e.Path))
	switch {
	case e.Kind == inventory.KindWhiteout:
		if old != nil && !u.sweep(old) {
			delete(dir.children, name)
		}
		return landing{entry: e}, ""
	case target != nil && old != nil && (target == old || under(old.path, target.path)):
		return l, "hard link to " + shorten(target.path) + ", which it would replace"
	}
	n := u.put(dir, name, e)
	switch {
	case e.Kind == inventory.KindFile:
		n.file = &content{src: ref{u.layer, e.name}, entry: &e.Entry, first: n}
	case target != nil:
		n.file = target.file
	}
	return landing{e, n}, ""
}

// at is the entry at another path.
func (e *stored) at(p string) *stored {
	if p == e.Path {
		return e
	}
	moved := *e
	moved.Path = p
	return &moved
}

// join is the path of an entry in n; whole is the same path if no link
// redirected it.
func (n *treeNode) join(name, whole string) string {
	if path.Dir(whole) == n.path {
		return whole
	}
	return path.Join(n.path, name)
}

// target finds what a hard link names, and the link with the facts of it.
func (u *unpacker) target(e *stored) (link *stored, n *treeNode, reason string) {
	dir, _ := u.dir(path.Dir(e.Link), false)
	if dir != nil && e.Link != "/" {
		n = dir.children[path.Base(e.Link)]
	}
	link = &stored{Entry: e.Entry, name: e.name}
	switch {
	case n == nil:
		return nil, nil, "hard link to " + shorten(e.Link) + ", which is missing"
	case n.isDir():
		return nil, nil, "hard link to " + shorten(e.Link) + ", which is a directory"
	case n.file == nil:
		// Tar may store a second name of a symlink or device too: these have
		// no content to share.
		link.Kind, link.Link = n.entry.Kind, n.entry.Link
	default:
		f := n.file.entry
		link.Link, link.Digest, link.ELF, link.Xattrs = n.path, f.Digest, f.ELF, f.Xattrs
	}
	return link, n, ""
}

// put makes e the entry at a name of dir.
func (u *unpacker) put(dir *treeNode, name string, e *stored) *treeNode {
	old := dir.children[name]
	if old != nil && old.isDir() && e.Kind == inventory.KindDir {
		old.entry, old.layer = &e.Entry, u.layer
		return old
	}
	if old != nil {
		u.remove(old)
	}
	n := &treeNode{path: e.Path, parent: dir, entry: &e.Entry, layer: u.layer}
	if e.Kind == inventory.KindDir {
		n.children = map[string]*treeNode{}
	}
	dir.children[name] = n
	return n
}

// remove marks a node and all below it as gone.
func (u *unpacker) remove(n *treeNode) {
	u.last = nil
	n.gone = true
	for _, c := range n.children {
		u.remove(c)
	}
}

// empty deletes what lower layers have in a directory.
func (u *unpacker) empty(dir *treeNode) {
	if dir.swept > u.layer {
		return
	}
	dir.swept = u.layer + 1
	for name, c := range dir.children {
		if !u.sweep(c) {
			delete(dir.children, name)
		}
	}
}

// sweep deletes what lower layers have at and below n, and says whether
// something of this layer is left.
func (u *unpacker) sweep(n *treeNode) bool {
	if n.isDir() {
		u.empty(n)
	}
	switch {
	case n.layer == u.layer && n.entry != nil:
		return true
	case len(n.children) > 0:
		n.entry, n.layer = nil, u.layer
		return true
	}
	u.last = nil
	n.gone = true
	return false
}

// parent returns the directory that an entry lies in and makes it if need be.
func (u *unpacker) parent(p string) (*treeNode, string) {
	name := path.Dir(p)
	if u.last != nil && name == u.lastName {
		return u.last, ""
	}
	dir, reason := u.dir(name, true)
	u.last, u.lastName = dir, name
	return dir, reason
}

// dir walks to the directory at p, through symlinks and never out of the
// root. What is missing is made or, unless create is set, makes it nil, as
// does what is no directory.
func (u *unpacker) dir(p string, create bool) (*treeNode, string) {
	cur, links := u.root, 0
	for rest := p; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		if links > 0 {
			u.detours++
		}
		switch name {
		case "", ".":
			continue
		case "..":
			if cur.parent != nil {
				cur = cur.parent
			}
			continue
		}
		next := cur.children[name]
		switch {
		case next == nil && !create:
			return nil, ""
		case next == nil:
			cur = u.imply(cur, name)
		case next.isDir():
			cur = next
		case next.entry.Kind != inventory.KindSymlink:
			return nil, "lies below " + shorten(next.path) + ", which is no directory"
		default:
			if links++; links > maxLinks {
				return nil, "symlinks on the way loop"
			}
			if strings.HasPrefix(next.entry.Link, "/") {
				cur = u.root
			}
			rest = next.entry.Link + "/" + rest
		}
	}
	return cur, ""
}

// imply makes a directory that the archive has no entry for.
func (u *unpacker) imply(dir *treeNode, name string) *treeNode {
	const size = 256 // of a node and its map, about
	n := &treeNode{path: path.Join(dir.path, name), parent: dir, layer: u.layer, children: map[string]*treeNode{}}
	u.implied += size + len(n.path)
	dir.children[name] = n
	return n
}

// under says whether p lies below dir, at any depth.
func under(dir, p string) bool {
	if dir == "/" {
		return p != "/"
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}
