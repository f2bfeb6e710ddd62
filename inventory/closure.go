package inventory

import (
	"path"
	"slices"
)

// Closure returns the libraries and program interpreters that the files at
// paths need, directly and through others, each once, in the order of
// discovery, and what is missing. Paths that are no ELF files need nothing.
//
// A library that its user's own directories do not lead to counts as found
// when another file of the closure leads to it: the loader takes what is
// loaded already.
func (l *Loader) Closure(paths []string) ([]Library, []MissingLibrary) {
	c := closure{loader: l, index: map[string]int{}, queued: map[string]bool{}, loaded: map[string]bool{}}
	for _, p := range paths {
		if f, _ := l.tree.Resolve(p); f != nil {
			c.enqueue(f, nil)
		}
	}
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		c.visit(next)
	}
	missing := slices.DeleteFunc(c.missing, func(m MissingLibrary) bool { return c.loaded[m.Soname] })
	return c.libs, missing
}

// maxChain bounds the files whose RPATHs are remembered. Real chains are
// shorter; a hostile image may hold one of any length.
const maxChain = 32

type closure struct {
	loader  *Loader
	queue   []visit
	queued  map[string]bool
	index   map[string]int  // path → index in libs
	loaded  map[string]bool // sonames and names of libs
	libs    []Library
	missing []MissingLibrary
}

// visit is a file to look into and the files that led to it.
type visit struct {
	file  *File
	chain []*File
}

// enqueue takes each file once, with the chain of its first user: that a
// second one's RPATH leads elsewhere is rare enough to be left out.
func (c *closure) enqueue(f *File, chain []*File) {
	if f.ELF == nil || c.queued[f.Path] {
		return
	}
	c.queued[f.Path] = true
	c.queue = append(c.queue, visit{f, chain})
}

func (c *closure) visit(v visit) {
	f := v.file
	below := v.chain
	if len(below) < maxChain {
		below = append(slices.Clip(below), f)
	}
	if f.ELF.Interp != "" {
		lib, ok := c.loader.at(f.ELF, f.ELF.Interp)
		c.note(f, f.ELF.Interp, lib, ok)
	}
	for i, soname := range f.ELF.Needed {
		if slices.Contains(f.ELF.Needed[:i], soname) {
			continue
		}
		lib, ok := c.loader.Find(f, soname, v.chain...)
		c.note(f, soname, lib, ok)
		if ok {
			c.enqueue(lib.File, below)
		}
	}
}

// note keeps a library, and further links by which it is found.
func (c *closure) note(by *File, name string, lib Library, found bool) {
	if !found {
		c.missing = append(c.missing, MissingLibrary{By: by.Path, Soname: name})
		return
	}
	c.loaded[name] = true
	c.loaded[path.Base(lib.File.Path)] = true
	c.loaded[lib.File.ELF.Soname] = true
	i, ok := c.index[lib.File.Path]
	if !ok {
		c.index[lib.File.Path] = len(c.libs)
		c.libs = append(c.libs, lib)
		return
	}
	known := &c.libs[i]
	for _, link := range lib.Links {
		if !slices.ContainsFunc(known.Links, func(k *File) bool { return k.Path == link.Path }) {
			known.Links = append(slices.Clip(known.Links), link)
		}
	}
}
