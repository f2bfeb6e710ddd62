// Package evidence finds out from a built image what its last stage needs:
// which files the user's instructions produced, which packages of the
// distribution those files link against or run, and which packages were only
// for building. It decides by what is in the image, not by lists of package
// names. It is pure; file contents come through a callback.
package evidence

import (
	"fmt"
	"sort"
	"strings"

	"schlank/inventory"
)

// Input is a built image and what is known about it.
type Input struct {
	Image *inventory.Image
	// BaseLayers is the number of layers that come from the base image.
	BaseLayers int
	// PackageLayers are the layers made by instructions that run nothing
	// but the distribution's package manager.
	PackageLayers map[int]bool
	// Slim is the base of the run-time stage.
	Slim *inventory.Image
	// Asked are the packages that the Dockerfile installs by name, with the
	// place where it does.
	Asked map[string]string
	// Written are paths that the instructions name as written to.
	Written []string
	// Skip reports files that the run-time stage does without: tests,
	// packages for development. It may be nil.
	Skip func(*inventory.File) bool
	// Read returns the contents of files of the image, by path; files that
	// are larger than limit bytes or missing are left out.
	Read func(paths []string, limit int64) (map[string][]byte, error)
	// Withhold lists packages to leave out although they are needed. It is
	// for tests of the verdict: a rewrite that lacks something must be found
	// out.
	Withhold []string
}

// Result is what the run-time stage needs.
type Result struct {
	// Artefacts are the paths to copy, sorted.
	Artefacts []*inventory.File
	// Changed are directories that the slim base has too, but with another
	// owner or mode than the instructions gave them, sorted by path.
	Changed []*inventory.File
	// AptSources are files of the package manager's configuration that the
	// instructions added: where packages come from that the distribution
	// itself may not have. Sorted by path.
	AptSources []*inventory.File
	// Packages are the distribution's packages to install, sorted by name.
	Packages []Need
	// Dropped are packages that were asked for and are not needed.
	Dropped []Drop
	// Libraries reports that a shared library is copied to a directory that
	// the loader finds by its cache only.
	Libraries bool
	// Certificates reports that certificate authorities are among the
	// artefacts, which update-ca-certificates puts into the bundle.
	Certificates bool
	// Missing are reasons why the slim base cannot carry the application.
	Missing []string
}

// Need is a package and why it is needed.
type Need struct {
	Name string
	// Bytes is the size of the files that come with the package: its own and
	// those of Closure.
	Bytes   int64
	Reasons []string
	// Closure are the names of the package and of what it depends on that
	// the slim base lacks and no package before it in the list brings.
	Closure []string
	// Recommended are packages of the image that this one only recommends
	// and that are not needed, sorted.
	Recommended []string
	// Doubt says that nothing shows a use: it stays because it was asked for.
	Doubt bool
}

// Drop is a package that the run-time stage does without.
type Drop struct {
	Name, Where, Reason string
	// Bytes is the size of the package's files.
	Bytes int64
}

// Collect gathers the evidence.
func Collect(in Input) (*Result, error) {
	c := newCollector(in)
	c.artefacts()
	c.links()
	if err := c.programs(); err != nil {
		return nil, err
	}
	if err := c.askedFor(); err != nil {
		return nil, err
	}
	c.overrides()
	c.certificates()
	return c.result(), nil
}

// collector is the work in progress.
type collector struct {
	in   Input
	kept map[string]*inventory.File
	// needs are reasons by package index.
	needs   map[int][]string
	doubt   map[int]bool
	changed []*inventory.File
	dropped []Drop
	missing []string
	slim    map[string]bool // dpkg packages of the slim base
	byName  map[string]int  // dpkg packages of the image
	seen    map[string]bool // programs looked at
}

func newCollector(in Input) *collector {
	c := &collector{
		in: in, kept: map[string]*inventory.File{}, needs: map[int][]string{}, doubt: map[int]bool{},
		slim: map[string]bool{}, byName: map[string]int{}, seen: map[string]bool{},
	}
	for _, p := range in.Slim.Packages {
		if p.Type == inventory.Dpkg {
			c.slim[p.Name] = true
		}
	}
	for i, p := range in.Image.Packages {
		if p.Type == inventory.Dpkg {
			c.byName[p.Name] = i
		}
	}
	return c
}

// need notes that a file of the image must be there at run time, and why.
// What the slim base has needs nothing.
func (c *collector) need(f *inventory.File, why string) {
	if f == nil || c.kept[f.Path] != nil {
		return
	}
	if p := c.dpkgOwner(f); p >= 0 {
		c.needPackage(p, why)
		return
	}
	if c.in.Slim.Tree.Locate(f.Path) != nil {
		return
	}
	if f.Layer < c.in.BaseLayers && f.Kind == inventory.KindDir {
		return
	}
	c.kept[f.Path] = f
}

func (c *collector) needPackage(p int, why string) {
	if c.slim[c.in.Image.Packages[p].Name] {
		return
	}
	for _, w := range c.needs[p] {
		if w == why {
			return
		}
	}
	c.needs[p] = append(c.needs[p], why)
}

func (c *collector) dpkgOwner(f *inventory.File) int {
	if f.Owner >= 0 && c.in.Image.Packages[f.Owner].Type == inventory.Dpkg {
		return f.Owner
	}
	return -1
}

// links follows the shared libraries of everything kept, and of the
// libraries that are kept for it.
func (c *collector) links() {
	loader := c.in.Image.Loader()
	for before := -1; before != len(c.kept); {
		before = len(c.kept)
		for _, p := range sortedPaths(c.kept) {
			if c.kept[p].ELF != nil {
				c.linksOf(loader, c.kept[p])
			}
		}
	}
}

func (c *collector) linksOf(loader *inventory.Loader, f *inventory.File) {
	libs, _ := loader.Closure([]string{f.Path})
	for _, lib := range libs {
		// The package manager brings the libraries of a packaged library.
		if !direct(f, lib) && c.dpkgOwner(lib.File) >= 0 {
			continue
		}
		why := fmt.Sprintf("%s needs %s", f.Path, soname(lib))
		c.need(lib.File, why)
		for _, l := range lib.Links {
			c.need(l, why)
		}
	}
}

// soname is the name the library was found by.
func soname(lib inventory.Library) string {
	if lib.File.ELF != nil && lib.File.ELF.Soname != "" {
		return lib.File.ELF.Soname
	}
	return lib.File.Path
}

// direct reports whether f itself names the library.
func direct(f *inventory.File, lib inventory.Library) bool {
	for _, n := range f.ELF.Needed {
		if n == soname(lib) {
			return true
		}
	}
	return f.ELF.Interp == lib.File.Path
}

func (c *collector) result() *Result {
	r := &Result{Changed: c.changed, Dropped: c.dropped, Missing: c.missing}
	for _, p := range sortedPaths(c.kept) {
		f := c.kept[p]
		if aptSource(p) {
			if f.Kind == inventory.KindFile {
				r.AptSources = append(r.AptSources, f)
			}
			continue
		}
		r.Artefacts = append(r.Artefacts, f)
		r.Libraries = r.Libraries || f.ELF != nil && f.ELF.Soname != "" && inLoaderDir(p)
		r.Certificates = r.Certificates || f.Kind == inventory.KindFile && strings.HasPrefix(p, localCertificates)
	}
	r.Packages = c.packages()
	sort.Slice(r.Dropped, func(i, j int) bool { return r.Dropped[i].Name < r.Dropped[j].Name })
	return r
}

func sortedPaths(m map[string]*inventory.File) []string {
	list := make([]string, 0, len(m))
	for p := range m {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return inventory.ComparePaths(list[i], list[j]) < 0 })
	return list
}
