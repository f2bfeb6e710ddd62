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
	// file is what the names of a regular file share, nil for other kinds.
	file *content
	// children is nil for what is no directory.
	children map[string]*treeNode
	layer    int32
	// swept is one more than the last layer that deleted what lower layers
	// have here: it need not look again.
	swept int32
	// gone says that the node was replaced or deleted.
	gone bool
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
	layer    int32
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

// add unpacks the next layer, takes its entries over, which are in the order
// of the archive, and returns them as they landed: in path order, deletions of
// a path before what the layer put there, and of several entries for one path
// the one that stayed. What can't be unpacked is listed. The error says that
// the layer asks for more than any image needs.
func (u *unpacker) add(layer int, entries []inventory.Entry) ([]inventory.Entry, []inventory.Unknown, error) {
	u.layer, u.unknowns = int32(layer), nil
	u.last = nil
	landed := make([]landing, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		name := e.Path
		node, reason := u.entry(e)
		if reason == "" {
			landed = append(landed, landing{e, node, int32(i)})
		} else {
			u.unknowns = append(u.unknowns, inventory.Unknown{Layer: layer, Path: name, Reason: reason})
		}
		if u.implied > maxImplied {
			return nil, nil, errors.New("too many directories without an entry of their own")
		}
		if u.detours > maxDetours {
			return nil, nil, errors.New("symlinks lead through too many directories")
		}
	}
	landed = slices.DeleteFunc(landed, func(l landing) bool {
		if l.node == nil || !l.node.gone && l.node.entry == l.entry {
			return false
		}
		if l.holds() {
			// Other names of the file may be left.
			kept := *l.entry
			l.node.file.entry = &kept
		}
		return true
	})
	return ordered(entries, landed, u.layer), u.unknowns, nil
}

// landing is an entry as it was unpacked.
type landing struct {
	entry *inventory.Entry
	// node is what it put into the tree, nil for a deletion.
	node *treeNode
	// at is the entry's index.
	at int32
}

// holds says whether the entry has the content of its node's file.
func (l *landing) holds() bool {
	return l.node != nil && l.node.file != nil && l.node.file.entry == l.entry
}

// entry unpacks one entry, which becomes what it is where it lands, and
// returns what it put into the tree, nil for a deletion. The reason says why
// nothing was done.
func (u *unpacker) entry(e *inventory.Entry) (n *treeNode, reason string) {
	switch {
	case e.Kind == inventory.KindOpaque:
		dir, reason := u.dir(e.Path, true)
		if reason != "" {
			return nil, reason
		}
		u.empty(dir)
		e.Path = dir.path
		return nil, ""
	case e.Path == "/":
		u.root.entry, u.root.layer = e, u.layer
		return u.root, ""
	}
	stored := e.Path
	var target *treeNode
	if e.Kind == inventory.KindHardlink {
		if target, reason = u.target(e); reason != "" {
			return nil, reason
		}
	}
	dir, reason := u.parent(e.Path)
	if reason != "" {
		return nil, reason
	}
	name := path.Base(e.Path)
	old := dir.children[name]
	e.Path = dir.join(name, e.Path)
	switch {
	case e.Kind == inventory.KindWhiteout:
		if old != nil && !u.sweep(old) {
			delete(dir.children, name)
		}
		return nil, ""
	case target != nil && old != nil && (target == old || under(old.path, target.path)):
		return nil, "hard link to " + shorten(target.path) + ", which it would replace"
	}
	n = u.put(dir, name, e)
	switch {
	case e.Kind == inventory.KindFile:
		n.file = &content{src: ref{int(u.layer), stored}, entry: e, first: n}
	case target != nil:
		n.file = target.file
	}
	return n, ""
}

// join is the path of an entry in n; whole is the same path if no link
// redirected it.
func (n *treeNode) join(name, whole string) string {
	if path.Dir(whole) == n.path {
		return whole
	}
	return path.Join(n.path, name)
}

// target finds what a hard link names, and gives the link the facts of it.
func (u *unpacker) target(e *inventory.Entry) (n *treeNode, reason string) {
	dir, _ := u.dir(path.Dir(e.Link), false)
	if dir != nil && e.Link != "/" {
		n = dir.children[path.Base(e.Link)]
	}
	switch {
	case n == nil:
		return nil, "hard link to " + shorten(e.Link) + ", which is missing"
	case n.isDir():
		return nil, "hard link to " + shorten(e.Link) + ", which is a directory"
	case n.file == nil:
		// Tar may store a second name of a symlink or device too: these have
		// no content to share.
		e.Kind, e.Link = n.entry.Kind, n.entry.Link
	default:
		f := n.file.entry
		e.Link, e.Digest, e.ELF, e.Xattrs = n.path, f.Digest, f.ELF, f.Xattrs
	}
	return n, ""
}

// put makes e the entry at a name of dir.
func (u *unpacker) put(dir *treeNode, name string, e *inventory.Entry) *treeNode {
	old := dir.children[name]
	if old != nil && old.isDir() && e.Kind == inventory.KindDir {
		old.entry, old.layer = e, u.layer
		return old
	}
	if old != nil {
		u.remove(old)
	}
	n := &treeNode{path: e.Path, parent: dir, entry: e, layer: u.layer}
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
