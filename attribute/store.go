package attribute

import (
	"slices"
	"sort"
	"strings"

	"schlank/inventory"
)

// place is a stored file: where it is, and what became of it.
type place struct {
	layer, entry int32
	// tree is the index in Image.Tree of the path by which the content is
	// seen, −1 when it is not.
	tree int32
	// at is the index in Image.Tree of whatever is at its path now, or −1.
	at int32
	// hiddenBy and fate tell of content that is not seen; again is the index
	// of the copy in the hiding layer, or −1.
	hiddenBy, again int32
	fate            Kind
}

// store lists the files with content of all layers in path order and finds
// out what became of each. It walks the layers and the final tree side by
// side, once.
func store(img *inventory.Image) []place {
	w := &walk{img: img}
	var seen, count int
	for i := range img.Layers {
		count += len(img.Layers[i].Entries)
	}
	w.places = make([]place, 0, count)
	order := mergeLayers(img)
	for len(order) > 0 {
		p := w.path(order[0])
		n := 1
		for n < len(order) && w.path(order[n]) == p {
			n++
		}
		for seen < len(img.Tree) && inventory.ComparePaths(img.Tree[seen].Path, p) < 0 {
			seen++
		}
		at := -1
		if seen < len(img.Tree) && img.Tree[seen].Path == p {
			at = seen
		}
		w.group(p, order[:n], at)
		order = order[n:]
	}
	w.promoted()
	return w.places
}

// entryRef names an entry of a layer.
type entryRef struct{ layer, entry int32 }

type walk struct {
	img    *inventory.Image
	places []place
	// cuts are the paths above the current one at which something of lower
	// layers ends: a removal, an opaque directory, a path that is no
	// directory.
	cuts []cut
	// links are the tree's files that are stored under another name.
	links []int
}

// cut are the entries of a path, not all of them directories, from the base
// upwards.
type cut struct {
	path string
	refs []entryRef
}

// above is the lowest layer above another in which the path ends what lower
// layers have below it.
func (w *walk) above(c cut, layer int32) (int32, bool) {
	for _, r := range c.refs {
		if r.layer > layer && w.entry(r).Kind != inventory.KindDir {
			return r.layer, true
		}
	}
	return 0, false
}

func (w *walk) entry(r entryRef) *inventory.Entry { return &w.img.Layers[r.layer].Entries[r.entry] }
func (w *walk) path(r entryRef) string            { return w.entry(r).Path }

// group takes all entries of one path, from the base upwards; at is what the
// tree has there.
func (w *walk) group(p string, refs []entryRef, at int) {
	for len(w.cuts) > 0 && !under(w.cuts[len(w.cuts)-1].path, p) {
		w.cuts = w.cuts[:len(w.cuts)-1]
	}
	var seenIn int32 = -1
	if at >= 0 && w.img.Tree[at].Kind == inventory.KindFile && w.img.Tree[at].Size > 0 {
		seenIn = int32(w.img.Tree[at].Layer)
		if !slices.ContainsFunc(refs, func(r entryRef) bool { return r.layer == seenIn && w.entry(r).Kind == inventory.KindFile }) {
			w.links = append(w.links, at)
			seenIn = -1
		}
	}
	first := len(w.places)
	cuts := false
	for i, r := range refs {
		e := w.entry(r)
		cuts = cuts || e.Kind != inventory.KindDir
		if e.Kind != inventory.KindFile || e.Size <= 0 {
			continue
		}
		pl := place{layer: r.layer, entry: r.entry, tree: -1, at: int32(at), hiddenBy: -1, again: -1}
		if r.layer == seenIn {
			pl.tree = int32(at)
		} else {
			w.fate(&pl, e, refs[i+1:])
		}
		w.places = append(w.places, pl)
	}
	w.copies(first)
	if cuts {
		w.cuts = append(w.cuts, cut{p, refs})
	}
}

// fate finds the first layer above a file that hides it; later are the
// entries of its path in the layers above.
func (w *walk) fate(pl *place, e *inventory.Entry, later []entryRef) {
	pl.fate = Unreachable
	for _, r := range later {
		k := w.entry(r).Kind
		if r.layer == pl.layer || k == inventory.KindOpaque {
			continue
		}
		if pl.hiddenBy >= 0 && r.layer != pl.hiddenBy {
			break
		}
		pl.hiddenBy, pl.fate = r.layer, Deleted
		if k != inventory.KindWhiteout {
			pl.fate = Overwritten
			if k == inventory.KindFile && w.entry(r).Digest == e.Digest && !e.Digest.IsZero() {
				pl.fate = MetadataCopy
			}
			break
		}
	}
	for _, c := range w.cuts {
		if l, ok := w.above(c, pl.layer); ok && (pl.hiddenBy < 0 || l < pl.hiddenBy) {
			pl.hiddenBy, pl.fate = l, Deleted
		}
	}
}

// copies points the files that were stored again unchanged to their copies.
// All files of one path stand together, from the base upwards.
func (w *walk) copies(first int) {
	for i := first; i+1 < len(w.places); i++ {
		if w.places[i].fate == MetadataCopy {
			w.places[i].again = int32(i + 1)
		}
	}
}

// promoted finds the content of the tree's files that are stored under
// another name: hard links that outlived it.
func (w *walk) promoted() {
	for _, at := range w.links {
		f := &w.img.Tree[at]
		r, ok := w.linked(f.Path, int32(f.Layer))
		if !ok {
			continue
		}
		i, found := slices.BinarySearchFunc(w.places, r, func(pl place, r entryRef) int {
			if c := inventory.ComparePaths(w.path(entryRef{pl.layer, pl.entry}), w.path(r)); c != 0 {
				return c
			}
			return int(pl.layer) - int(r.layer)
		})
		if found {
			pl := &w.places[i]
			pl.tree, pl.hiddenBy, pl.again, pl.fate = int32(at), -1, -1, ""
		}
	}
}

// maxHops bounds the hard links followed to content.
const maxHops = 40

// linked follows hard links, down the layers too, to the stored file.
func (w *walk) linked(p string, layer int32) (entryRef, bool) {
	for range maxHops {
		r, ok := w.topmost(p, layer)
		if !ok {
			return entryRef{}, false
		}
		switch e := w.entry(r); e.Kind {
		case inventory.KindFile:
			return r, true
		case inventory.KindHardlink:
			p, layer = e.Link, r.layer
		default:
			return entryRef{}, false
		}
	}
	return entryRef{}, false
}

// topmost is what the highest of the layers up to layer has at p, deletions
// left out: these are about lower layers only.
func (w *walk) topmost(p string, layer int32) (entryRef, bool) {
	for l := layer; l >= 0; l-- {
		entries := w.img.Layers[l].Entries
		i := sort.Search(len(entries), func(i int) bool { return inventory.ComparePaths(entries[i].Path, p) >= 0 })
		for ; i < len(entries) && entries[i].Path == p; i++ {
			if k := entries[i].Kind; k != inventory.KindWhiteout && k != inventory.KindOpaque {
				return entryRef{l, int32(i)}, true
			}
		}
	}
	return entryRef{}, false
}

// mergeLayers lists the entries of all layers by path, at one path from the
// base upwards. Layers are sorted, so it merges neighbours until one list is
// left.
func mergeLayers(img *inventory.Image) []entryRef {
	lists := make([][]entryRef, len(img.Layers))
	for l := range img.Layers {
		lists[l] = make([]entryRef, len(img.Layers[l].Entries))
		for i := range lists[l] {
			lists[l][i] = entryRef{int32(l), int32(i)}
		}
	}
	if len(lists) == 0 {
		return nil
	}
	path := func(r entryRef) string { return img.Layers[r.layer].Entries[r.entry].Path }
	for len(lists) > 1 {
		var next [][]entryRef
		for i := 0; i+1 < len(lists); i += 2 {
			next = append(next, mergeTwo(lists[i], lists[i+1], path))
		}
		if len(lists)%2 == 1 {
			next = append(next, lists[len(lists)-1])
		}
		lists = next
	}
	return lists[0]
}

// mergeTwo merges two lists; at one path those of a come first.
func mergeTwo(a, b []entryRef, path func(entryRef) string) []entryRef {
	out := make([]entryRef, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if inventory.ComparePaths(path(a[0]), path(b[0])) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// under reports whether p lies below dir, at any depth.
func under(dir, p string) bool {
	if dir == "/" {
		return p != "/"
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && strings.HasPrefix(p, dir)
}

func splitPath(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}
