package image

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// maxLinks bounds the symlinks followed for one path, as Linux does
// (path_resolution(7)).
const maxLinks = 40

// placer says where the entries of a layer land when they are unpacked over
// the layers below: a symlink that stands for a directory of an entry's path
// redirects the entry, as it does for every program that unpacks layers in
// order ("/lib/x" lands in "/usr/lib/x" on a merged /usr).
type placer struct {
	below map[string]string // symlinks of the layers below, path → target
	own   map[string]string // symlinks of this layer so far
	other map[string]bool   // this layer's entries at paths of links below
	gone  map[string]bool   // what this layer whites out
	dirs  map[string]string // cache: directory → where it is
	seen  map[string]bool   // every path the cache depends on
}

func newPlacer(below []treeFile) *placer {
	p := &placer{
		below: map[string]string{},
		own:   map[string]string{},
		other: map[string]bool{},
		gone:  map[string]bool{},
	}
	for i := range below {
		if below[i].Kind == inventory.KindSymlink {
			p.below[below[i].Path] = below[i].Link
		}
	}
	p.forget()
	return p
}

func (p *placer) forget() {
	p.dirs = map[string]string{"/": "/"}
	p.seen = map[string]bool{}
}

// place returns the path at which an entry lands; ok is false when links on
// the way loop.
func (p *placer) place(at string) (landed string, ok bool) {
	if at == "/" {
		return at, true
	}
	budget := maxLinks
	dir, ok := p.dir(path.Dir(at), &budget)
	return path.Join(dir, path.Base(at)), ok
}

// dir resolves a directory, itself included.
func (p *placer) dir(d string, budget *int) (string, bool) {
	if r, ok := p.dirs[d]; ok {
		return r, true
	}
	parent, ok := p.dir(path.Dir(d), budget)
	if !ok {
		return "", false
	}
	at := path.Join(parent, path.Base(d))
	p.seen[at] = true
	if to, isLink := p.link(at); isLink {
		if *budget--; *budget < 0 {
			return "", false
		}
		if !strings.HasPrefix(to, "/") {
			to = parent + "/" + to
		}
		if at, ok = p.dir(path.Clean("/"+to), budget); !ok {
			return "", false
		}
	}
	p.dirs[d] = at
	return at, true
}

// link looks a symlink up as the tree is at this point of the archive.
func (p *placer) link(at string) (string, bool) {
	if to, ok := p.own[at]; ok {
		return to, true
	}
	to, ok := p.below[at]
	if !ok || p.other[at] {
		return "", false
	}
	for d := at; len(p.gone) > 0 && d != "/"; d = path.Dir(d) {
		if p.gone[d] {
			return "", false
		}
	}
	return to, true
}

// note takes into account what an entry does to later ones.
func (p *placer) note(e *inventory.Entry) {
	_, wasLink := p.link(e.Path)
	switch e.Kind {
	case inventory.KindWhiteout:
		p.gone[e.Path] = true
	case inventory.KindOpaque:
	case inventory.KindSymlink:
		p.own[e.Path] = e.Link
	default:
		delete(p.own, e.Path)
		if _, ok := p.below[e.Path]; ok {
			p.other[e.Path] = true
		}
	}
	changes := wasLink || e.Kind == inventory.KindSymlink || e.Kind == inventory.KindWhiteout
	if changes && p.seen[e.Path] {
		p.forget()
	}
}

// placeAll puts a layer's entries where they land, in path order, one of a
// kind for each path; of duplicates the last in the archive stays.
func placeAll(s *scanned, below []treeFile, layer int) []stored {
	p := newPlacer(below)
	entries := make([]stored, 0, len(s.entries))
	for _, e := range s.entries {
		at, ok := p.place(e.Path)
		if ok && e.Kind == inventory.KindHardlink {
			e.Link, ok = p.place(e.Link)
		}
		if !ok {
			s.unknowns = append(s.unknowns, inventory.Unknown{Layer: layer, Path: e.Path, Reason: "symlinks on the way loop"})
			continue
		}
		e.Path = at
		p.note(&e.Entry)
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b stored) int {
		return cmp.Or(
			inventory.ComparePaths(a.Path, b.Path),
			cmp.Compare(rank(a.Kind), rank(b.Kind)),
			cmp.Compare(b.seq, a.seq),
		)
	})
	entries = slices.CompactFunc(entries, func(a, b stored) bool {
		return a.Path == b.Path && rank(a.Kind) == rank(b.Kind)
	})
	return dropReplaced(entries)
}

// rank orders what one layer says of one path: deletions come first, since
// they are about the layers below only.
func rank(k inventory.Kind) int {
	switch k {
	case inventory.KindWhiteout:
		return 0
	case inventory.KindOpaque:
		return 1
	}
	return 2
}

// dropReplaced removes entries that a later entry of the same archive
// replaced together with their directory.
func dropReplaced(entries []stored) []stored {
	kept := entries[:0]
	var by *stored
	for i := range entries {
		e := entries[i]
		if by != nil && under(by.Path, e.Path) && e.seq < by.seq {
			continue
		}
		if by == nil || !under(by.Path, e.Path) {
			by = nil
			if rank(e.Kind) == 2 && e.Kind != inventory.KindDir {
				by = &e
			}
		}
		kept = append(kept, e)
	}
	return kept
}

// under says whether p lies below dir, at any depth.
func under(dir, p string) bool {
	if dir == "/" {
		return p != "/"
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}
