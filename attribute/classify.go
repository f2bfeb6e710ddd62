package attribute

import (
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// classify makes an item of each stored file.
func classify(a *Attribution, stored []place) {
	c := &classifier{a: a, places: newPlaces(), build: make([]bool, len(a.Image.Packages)), own: ownPrograms(a.Image)}
	for i := range a.Image.Packages {
		c.build[i] = forBuilding(&a.Image.Packages[i])
	}
	a.Items = make([]Item, len(stored), len(stored)+len(a.Image.Layers))
	for i := range stored {
		c.item(&a.Items[i], &stored[i])
	}
	c.duplicates(stored)
}

type classifier struct {
	a      *Attribution
	places *places
	// build says which packages serve building only.
	build []bool
	// own says which packages are the application itself.
	own []bool
}

func (c *classifier) item(it *Item, pl *place) {
	e := &c.a.Image.Layers[pl.layer].Entries[pl.entry]
	*it = Item{Layer: pl.layer, Entry: pl.entry, HiddenBy: pl.hiddenBy, Package: -1, Same: pl.again, Disk: e.Size}
	at := pl.tree
	if at < 0 {
		at = pl.at
	}
	if at >= 0 {
		it.Package = int32(c.a.Image.Tree[at].Owner)
	}
	switch {
	case pl.tree < 0:
		it.Kind = pl.fate
		_, it.Subject = c.places.kind(e.Path)
	case int(pl.layer) < c.a.Base.Layers:
		it.Kind, it.Subject = Base, c.a.baseName()
	default:
		it.Kind, it.Subject = c.kind(e.Path, it.Package)
	}
}

// kind decides on what is in the final tree and no part of the base.
func (c *classifier) kind(p string, pkg int32) (Kind, string) {
	kind, subject := c.places.kind(p)
	if kind != "" && kind != BuildTool {
		return kind, subject
	}
	if pkg >= 0 && c.a.Image.Packages[pkg].Type.Distribution() {
		name := c.a.Image.Packages[pkg].Name
		if c.build[pkg] {
			return BuildTool, name
		}
		if k, s := class(p); k != "" {
			return k, s
		}
		return SystemPackage, name
	}
	if kind == BuildTool {
		return kind, subject
	}
	if k, s := class(p); k != "" {
		return k, s
	}
	switch {
	case tests(p):
		return Tests, ""
	case strings.HasSuffix(p, ".pyc"):
		return ByteCode, ""
	case pkg >= 0 && c.own[pkg]:
		return Application, c.a.Image.Packages[pkg].Name
	case pkg >= 0:
		return LanguagePackage, c.a.Image.Packages[pkg].Name
	}
	return Application, ""
}

// ownPrograms says which packages of languages are the application itself
// rather than something it uses: a Go or Rust program, a Java archive that
// holds others, what was installed from a local directory.
func ownPrograms(img *inventory.Image) []bool {
	own := make([]bool, len(img.Packages))
	holds := map[string]bool{}
	for i := range img.Packages {
		holds[img.Packages[i].Inside] = true
	}
	for i := range img.Packages {
		p := &img.Packages[i]
		switch p.Type {
		case inventory.Go, inventory.Rust:
			own[i] = true
		case inventory.Java:
			own[i] = holds[p.Location]
		case inventory.Python:
			own[i] = strings.HasPrefix(p.Origin, "file:")
		}
	}
	return own
}

// buildSections are the archive sections of packages that serve building only
// (Debian's list of sections, debian-policy 2.4).
var buildSections = []string{"devel", "libdevel", "debug"}

// forBuilding reports a package that serves building only, as its
// distribution files it: by section for Debian, by suffix where there are no
// sections (Alpine's APKBUILD subpackages, Fedora's packaging guidelines).
func forBuilding(p *inventory.Package) bool {
	switch p.Type {
	case inventory.Dpkg:
		return slices.Contains(buildSections, path.Base(p.Section))
	case inventory.Apk, inventory.Rpm:
		for _, suffix := range []string{"-dev", "-devel", "-static", "-dbg", "-debuginfo"} {
			if strings.HasSuffix(p.Name, suffix) {
				return true
			}
		}
		return slices.Contains(compilers, p.Source) || slices.Contains(compilers, p.Name)
	}
	return false
}

// compilers are the source packages of compilers and linkers in
// distributions without sections (Alpine's build-base and what it depends on).
var compilers = []string{"build-base", "gcc", "binutils", "make", "cmake", "autoconf", "automake", "libtool", "musl-dev", "fortify-headers", "patch", "clang", "llvm", "go", "rust", "cargo"}

// minDuplicate is the size from which on equal files count as duplicates: a
// block of a disk. Below, licences and empty modules would fill the lists.
const minDuplicate = 4096

// duplicates finds files whose content is there already. Packages of the
// distribution are left out: what they ship twice, nobody can change.
func (c *classifier) duplicates(stored []place) {
	first := make(map[inventory.Digest]int32, len(stored)/4)
	eligible := func(it *Item, e *inventory.Entry) bool {
		return e.Size >= minDuplicate && !e.Digest.IsZero() && !it.Kind.Wasted()
	}
	later := func(i, j int32) bool {
		a, b := &c.a.Items[i], &c.a.Items[j]
		return a.Layer > b.Layer || a.Layer == b.Layer && i > j
	}
	for i := range c.a.Items {
		e := c.a.Entry(&c.a.Items[i])
		if !eligible(&c.a.Items[i], e) {
			continue
		}
		if f, ok := first[e.Digest]; !ok || later(f, int32(i)) {
			first[e.Digest] = int32(i)
		}
	}
	for i := range c.a.Items {
		it := &c.a.Items[i]
		e := c.a.Entry(it)
		f, ok := first[e.Digest]
		if !ok || f == int32(i) || !eligible(it, e) {
			continue
		}
		switch it.Kind {
		case Application, LanguagePackage, Tests, ByteCode, Docs, Static:
			if it.Package >= 0 && c.a.Image.Packages[it.Package].Type.Distribution() {
				continue
			}
			it.Kind, it.Same, it.Subject = Duplicate, f, ""
		}
	}
}
