package attribute

import (
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/inventory"
)

// Why is everything that is known about why a path is in an image.
type Why struct {
	// Path is what was asked for, Links the symlinks on the way to what it
	// names, File that: nil when the path is in no final tree, but was in a
	// layer.
	Path  string
	Links []string
	File  *inventory.File
	// Stored are the entries of all layers at the path, from the base
	// upwards, deletions among them.
	Stored []Stored
	// Package is the index in Image.Packages of the package that claims it,
	// −1 if none does; Chain the way to what was asked for, itself first.
	Package int
	Chain   []int
	// Request is the index in Attribution.Requests at the end of the chain,
	// −1 if none is known.
	Request int
	// Sum is what is stored at the path and below it, Causes the same by
	// kind.
	Sum    Sum
	Causes []Cause
	// NeededBy are the ELF files that link against it, at most maxNeeding of
	// them, sorted, Needing how many there are.
	NeededBy []string
	Needing  int
	// Fixes are indexes in the fixes given to it, of those that remove
	// something of it.
	Fixes []int
}

// Stored is an entry of a layer.
type Stored struct {
	Layer int
	Entry *inventory.Entry
	// Item is the index in Attribution.Items, −1 for entries without
	// content.
	Item int
}

// maxNeeding bounds the files listed that need a library.
const maxNeeding = 20

// Why explains a path. It reports false when no layer has it.
func (a *Attribution) Why(p string) (Why, bool) {
	p = path.Clean("/" + p)
	w := Why{Path: p, Package: -1, Request: -1}
	at := p
	if f, links := a.Image.Tree.Resolve(p); f != nil {
		w.File, at = f, f.Path
		for _, l := range links {
			w.Links = append(w.Links, l.Path)
		}
		if f.Owner >= 0 {
			w.Package = f.Owner
		}
	}
	w.Stored = a.storedAt(at)
	w.addBelow(a, at)
	if w.File == nil && len(w.Stored) == 0 && w.Sum.Files == 0 {
		return w, false
	}
	if w.Package >= 0 {
		w.Chain = a.Chain(w.Package)
		w.Request = a.Reasons[w.Chain[len(w.Chain)-1]].Request
	}
	if w.File != nil && w.File.ELF != nil {
		w.NeededBy = a.needing(w.File)
		w.Needing = len(w.NeededBy)
		w.NeededBy = w.NeededBy[:min(len(w.NeededBy), maxNeeding)]
	}
	fixes := a.Fixes()
	from, to := a.itemsAt(at)
	for i := range fixes {
		if slices.ContainsFunc(fixes[i].items, func(k int32) bool { return int(k) >= from && int(k) < to }) {
			w.Fixes = append(w.Fixes, i)
		}
	}
	return w, true
}

// storedAt lists the entries of one path.
func (a *Attribution) storedAt(p string) []Stored {
	var list []Stored
	from, to := a.itemsAt(p)
	for l := range a.Image.Layers {
		entries := a.Image.Layers[l].Entries
		i := sort.Search(len(entries), func(i int) bool { return inventory.ComparePaths(entries[i].Path, p) >= 0 })
		for ; i < len(entries) && entries[i].Path == p; i++ {
			s := Stored{Layer: l, Entry: &entries[i], Item: -1}
			for k := from; k < to && a.Path(&a.Items[k]) == p; k++ {
				if it := &a.Items[k]; int(it.Layer) == l && int(it.Entry) == i {
					s.Item = k
				}
			}
			list = append(list, s)
		}
	}
	return list
}

// itemsAt is the range of items at a path and below it.
func (a *Attribution) itemsAt(p string) (from, to int) {
	n := len(a.Items)
	for n > 0 && a.Items[n-1].Entry < 0 {
		n--
	}
	from = sort.Search(n, func(i int) bool { return inventory.ComparePaths(a.Path(&a.Items[i]), p) >= 0 })
	to = from + sort.Search(n-from, func(i int) bool {
		q := a.Path(&a.Items[from+i])
		return q != p && !under(p, q)
	})
	return from, to
}

// addBelow sums up what is stored at the path and below.
func (w *Why) addBelow(a *Attribution, p string) {
	from, to := a.itemsAt(p)
	part := Attribution{Image: a.Image, Items: a.Items[from:to]}
	w.Causes = part.sumCauses()
	w.Sum = part.Total()
}

// needing lists the ELF files of the tree that the loader would give this
// library to.
func (a *Attribution) needing(lib *inventory.File) []string {
	loader := a.Image.Loader()
	var list []string
	for i := range a.Image.Tree {
		f := &a.Image.Tree[i]
		if f.ELF == nil || f.Kind != inventory.KindFile {
			continue
		}
		if f.ELF.Interp != "" {
			if t, _ := a.Image.Tree.Resolve(f.ELF.Interp); t == lib {
				list = append(list, f.Path)
				continue
			}
		}
		for _, n := range f.ELF.Needed {
			if n != lib.ELF.Soname && path.Base(n) != path.Base(lib.Path) && lib.ELF.Soname != "" {
				continue
			}
			if found, ok := loader.Find(f, n); ok && found.File == lib {
				list = append(list, f.Path)
				break
			}
		}
	}
	slices.SortFunc(list, inventory.ComparePaths)
	return list
}

// ChainText writes a chain for people: "libicu72 ← libxml2 ←
// postgresql-client (line 3)".
func (a *Attribution) ChainText(pkg int) string {
	chain := a.Chain(pkg)
	if len(chain) == 0 {
		return ""
	}
	var b strings.Builder
	for i, c := range chain {
		if i > 0 {
			b.WriteString(" ← ")
		}
		b.WriteString(a.Image.Packages[c].Name)
		if a.Reasons[c].Weak {
			b.WriteString(" (recommended)")
		}
	}
	last := a.Reasons[chain[len(chain)-1]]
	where := a.requestPlace(last.Request)
	switch {
	case where == "" && last.Relation == InBase:
		where = "base image"
	case where == "" && last.Layer >= 0:
		where = a.Origins[last.Layer].String()
	}
	if where != "" {
		b.WriteString(" (" + where + ")")
	}
	return b.String()
}
