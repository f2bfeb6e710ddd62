// Package python reads the metadata that Python's installers leave beside the
// installed modules: *.dist-info directories (PyPA core metadata), and the
// older *.egg-info, *.egg and *.egg-link forms. It is pure and imports package inventory
// only.
package python

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// The endings of the names of metadata directories and files.
const (
	distInfo = ".dist-info"
	eggInfo  = ".egg-info"
	egg      = ".egg"
	eggLink  = ".egg-link"
)

// Wants says whether Parse has use for the file at p.
func Wants(p string) bool {
	dir, base := path.Dir(p), path.Base(p)
	switch {
	case strings.HasSuffix(dir, distInfo):
		switch base {
		case "METADATA", "RECORD", "REQUESTED", "direct_url.json":
			return true
		}
	case isEggDir(dir):
		switch base {
		case "PKG-INFO", "installed-files.txt", "requires.txt":
			return true
		}
	}
	return strings.HasSuffix(base, eggInfo) || strings.HasSuffix(base, eggLink)
}

// isEggDir accepts "x.egg-info" and "x.egg/EGG-INFO".
func isEggDir(dir string) bool {
	return strings.HasSuffix(dir, eggInfo) ||
		path.Base(dir) == "EGG-INFO" && strings.HasSuffix(path.Dir(dir), egg)
}

// Parse reads the distributions whose metadata are in files, which maps
// absolute paths to contents. Only for *.egg, which keep no list of files, it
// looks at the tree. What is malformed is listed. Directories are in Files
// where a list names them. Of a distribution that was installed to be edited
// only what the installer wrote is claimed, and Origin is where its sources
// are.
func Parse(files map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	db := &database{files: files, tree: tree}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		dir, base := path.Dir(p), path.Base(p)
		switch {
		case base == "METADATA" && strings.HasSuffix(dir, distInfo):
			db.distInfo(dir)
		case base == "PKG-INFO" && isEggDir(dir):
			db.eggDir(dir)
		case strings.HasSuffix(base, eggInfo):
			db.add(p, p, nil)
		case base == "RECORD" && files[dir+"/METADATA"] == nil:
			db.unknown(dir, "RECORD without METADATA")
		}
	}
	db.links()
	return db.packages, db.unknowns
}

type database struct {
	files    map[string][]byte
	tree     inventory.Tree
	packages []inventory.Package
	unknowns []inventory.Unknown
}

func (db *database) unknown(p, reason string) {
	db.unknowns = append(db.unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: reason})
}

// add makes a package of the metadata file at p; more fills in the rest.
func (db *database) add(location, p string, more func(*inventory.Package)) {
	m := parseMetadata(string(db.files[p]))
	name, version := m.name, m.version
	if name == "" || version == "" {
		n, v := nameVersion(path.Base(location))
		db.unknown(p, "metadata without name or version; the directory's name is used")
		if name == "" {
			name = n
		}
		if version == "" {
			version = v
		}
	}
	if name == "" {
		return
	}
	pkg := inventory.Package{
		Type:     inventory.Python,
		Name:     name,
		Version:  version,
		Depends:  m.requires,
		Provides: []string{NormalName(name)},
		Location: location,
	}
	if more != nil {
		more(&pkg)
	}
	for _, list := range []*[]string{&pkg.Depends, &pkg.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	db.packages = append(db.packages, pkg)
}

// nameVersion takes "name-version.dist-info" apart; an egg's name has more
// parts ("name-1.0-py3.11.egg-info").
func nameVersion(base string) (name, version string) {
	for _, ending := range []string{distInfo, eggInfo, egg} {
		base = strings.TrimSuffix(base, ending)
	}
	name, rest, _ := strings.Cut(base, "-")
	version, _, _ = strings.Cut(rest, "-py")
	return name, version
}

func (db *database) distInfo(dir string) {
	db.add(dir, dir+"/METADATA", func(pkg *inventory.Package) {
		_, pkg.Requested = db.files[dir+"/REQUESTED"]
		if direct, ok := db.files[dir+"/direct_url.json"]; ok {
			var doc struct {
				URL string `json:"url"`
			}
			if err := json.Unmarshal(direct, &doc); err != nil {
				db.unknown(dir+"/direct_url.json", "not understood: "+err.Error())
			}
			pkg.Origin = doc.URL
		}
		// Debian's packages have no RECORD: dpkg keeps their lists.
		if record, ok := db.files[dir+"/RECORD"]; ok {
			var bad []string
			pkg.Files, bad = recorded(path.Dir(dir), string(record))
			for _, reason := range bad {
				db.unknown(dir+"/RECORD", reason)
			}
		}
	})
}

func (db *database) eggDir(dir string) {
	location := dir
	if path.Base(dir) == "EGG-INFO" {
		location = path.Dir(dir)
	}
	db.add(location, dir+"/PKG-INFO", func(pkg *inventory.Package) {
		pkg.Depends = append(pkg.Depends, requiresTxt(string(db.files[dir+"/requires.txt"]))...)
		for line := range strings.Lines(string(db.files[dir+"/installed-files.txt"])) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				pkg.Files = append(pkg.Files, join(dir, line))
			}
		}
		if location != dir {
			for _, f := range db.tree.Under(location) {
				if f.Kind != inventory.KindDir {
					pkg.Files = append(pkg.Files, f.Path)
				}
			}
		}
	})
}

// links reads the *.egg-link files of `setup.py develop`: their first line is
// a directory of sources that holds the metadata. What is installed is the
// link, the sources are the application's.
func (db *database) links() {
	for _, p := range slices.Sorted(maps.Keys(db.files)) {
		if !strings.HasSuffix(p, eggLink) {
			continue
		}
		first, _, _ := strings.Cut(string(db.files[p]), "\n")
		dir := path.Clean(strings.TrimSpace(first))
		found := false
		for i := range db.packages {
			if pkg := &db.packages[i]; path.Dir(pkg.Location) == dir && strings.HasSuffix(pkg.Location, eggInfo) {
				pkg.Origin, found = "file://"+dir, true
				pkg.Files = append(pkg.Files, p)
				slices.Sort(pkg.Files)
			}
		}
		if !found {
			db.unknown(p, "link to "+dir+", where no metadata is")
		}
	}
}

// join resolves a path of a list that is relative to dir, or absolute.
func join(dir, p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}
