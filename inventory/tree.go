package inventory

import (
	"cmp"
	"path"
	"sort"
	"strings"
)

// Tree is a file tree sorted by path, so that lookups are binary searches and
// a directory's descendants are contiguous in the order of ComparePaths.
type Tree []File

// ComparePaths orders paths so that a directory comes directly before its
// descendants: component by component, not byte by byte ("/a", "/a/b",
// "/a-b").
func ComparePaths(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		ca, cb := a[i], b[i]
		if ca == cb {
			continue
		}
		if ca == '/' {
			return -1
		}
		if cb == '/' {
			return 1
		}
		if ca < cb {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

// Find returns the file at exactly p (no link is followed), or nil.
func (t Tree) Find(p string) *File {
	i := t.search(p)
	if i < len(t) && t[i].Path == p {
		return &t[i]
	}
	return nil
}

func (t Tree) search(p string) int {
	return sort.Search(len(t), func(i int) bool { return ComparePaths(t[i].Path, p) >= 0 })
}

// Under returns dir itself, if it is there, and all its descendants.
func (t Tree) Under(dir string) Tree {
	if dir == "/" {
		return t
	}
	from := t.search(dir)
	n := sort.Search(len(t)-from, func(i int) bool {
		p := t[from+i].Path
		return p != dir && !strings.HasPrefix(p, dir+"/")
	})
	return t[from : from+n]
}

// maxLinks bounds the links followed in one resolution, as Linux does
// (MAXSYMLINKS, path_resolution(7)).
const maxLinks = 40

// maxSteps bounds the components walked in one resolution, links expanded.
// Linux allows 2,048 in one path, no tree comes near.
const maxSteps = 4096

// Resolve follows symlinks in every component of p, inside the tree only,
// and returns the file it ends at and the links passed on the way. It
// returns nil when a component is missing or the links loop.
func (t Tree) Resolve(p string) (target *File, links []*File) {
	cur, rest := "", path.Clean("/"+p)
	for steps := 0; rest != ""; steps++ {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		switch {
		case steps > maxSteps:
			return nil, links
		case name == "" || name == ".":
			continue
		case name == "..":
			// Up from where the links led, not from how they are written.
			cur = cur[:max(0, strings.LastIndexByte(cur, '/'))]
			continue
		}
		next := cur + "/" + name
		f := t.Find(next)
		if f == nil {
			return nil, links
		}
		if f.Kind != KindSymlink {
			cur = next
			continue
		}
		if links = append(links, f); len(links) > maxLinks {
			return nil, links
		}
		if strings.HasPrefix(f.Link, "/") {
			cur = ""
		}
		rest = f.Link + "/" + rest
	}
	return t.Find(cmp.Or(cur, "/")), links
}

// Locate returns the file that p names when links in its directories are
// followed and a link at its end is not, as lstat(2) does, or nil.
func (t Tree) Locate(p string) *File {
	p = path.Clean("/" + p)
	if f := t.Find(p); f != nil {
		return f
	}
	dir, _ := t.Resolve(path.Dir(p))
	if dir == nil {
		return nil
	}
	return t.Find(path.Join(dir.Path, path.Base(p)))
}
