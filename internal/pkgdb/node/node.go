// Package node finds the packages of Node.js in node_modules directories by
// their package.json. It is pure and imports package inventory only.
package node

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

const (
	manifest = "package.json"
	modules  = "/node_modules/"
)

// Wants says whether Parse has use for the file at p: the package.json of a
// package or of a project, not one that lies deeper in a package.
func Wants(p string) bool {
	dir, base := path.Split(p)
	if base != manifest {
		return false
	}
	return !strings.Contains(dir, modules) || isPackageDir(strings.TrimSuffix(dir, "/"))
}

// isPackageDir accepts "…/node_modules/name" and "…/node_modules/@scope/name".
func isPackageDir(dir string) bool {
	i := strings.LastIndex(dir, modules)
	if i < 0 {
		return false
	}
	name := dir[i+len(modules):]
	slashes := strings.Count(name, "/")
	if strings.HasPrefix(name, "@") {
		return slashes == 1
	}
	return name != "" && slashes == 0
}

// packageJSON is the part of a package.json that is of use. Its fields are
// raw since packages in the wild hold anything there.
type packageJSON struct {
	Name         json.RawMessage `json:"name"`
	Version      json.RawMessage `json:"version"`
	Dependencies json.RawMessage `json:"dependencies"`
	Optional     json.RawMessage `json:"optionalDependencies"`
	Dev          json.RawMessage `json:"devDependencies"`
}

// Parse reads the packages whose package.json is in files, which maps
// absolute paths to contents. The tree tells which files they own: all below
// their directory that is not in a package below it. What is malformed is
// listed.
func Parse(files map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	db := &database{files: files, roots: map[string]map[string]bool{}}
	for _, p := range slices.SortedFunc(maps.Keys(files), inventory.ComparePaths) {
		if path.Base(p) == manifest && isPackageDir(path.Dir(p)) {
			db.add(path.Dir(p))
		}
	}
	db.own(tree)
	return db.packages, db.unknowns
}

type database struct {
	files    map[string][]byte
	roots    map[string]map[string]bool // project directory → what it asks for
	packages []inventory.Package
	unknowns []inventory.Unknown
}

func (db *database) unknown(p, reason string) {
	db.unknowns = append(db.unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: reason})
}

func (db *database) add(dir string) {
	p := dir + "/" + manifest
	var doc packageJSON
	if err := json.Unmarshal(db.files[p], &doc); err != nil {
		db.unknown(p, "not understood: "+err.Error())
		return
	}
	pkg := inventory.Package{
		Type:     inventory.Node,
		Name:     text(doc.Name),
		Version:  text(doc.Version),
		Depends:  keys(doc.Dependencies, doc.Optional),
		Location: dir,
	}
	i := strings.LastIndex(dir, modules)
	installed := dir[i+len(modules):]
	if pkg.Name == "" || pkg.Version == "" {
		db.unknown(p, "package without name or version")
		if pkg.Name == "" {
			pkg.Name = installed
		}
	}
	pkg.Requested = db.requested(dir[:i], installed)
	db.packages = append(db.packages, pkg)
}

// requested says whether the project around node_modules asks for a package;
// without a project, packages of the outermost node_modules are global ones.
func (db *database) requested(project, name string) bool {
	if strings.Contains(project+"/", modules) {
		return false // in another package's node_modules
	}
	asked, ok := db.roots[project]
	if !ok {
		if data, found := db.files[path.Join("/", project, manifest)]; found {
			var doc packageJSON
			if err := json.Unmarshal(data, &doc); err != nil {
				db.unknown(project+"/"+manifest, "not understood: "+err.Error())
			}
			asked = map[string]bool{}
			for _, k := range keys(doc.Dependencies, doc.Optional, doc.Dev) {
				asked[k] = true
			}
		}
		db.roots[project] = asked
	}
	return asked == nil || asked[name]
}

// own hands out the files: those below a package, without nested
// node_modules.
func (db *database) own(tree inventory.Tree) {
	for i := range db.packages {
		pkg := &db.packages[i]
		skip := ""
		for _, f := range tree.Under(pkg.Location) {
			if skip != "" && strings.HasPrefix(f.Path, skip) {
				continue
			}
			inside := strings.TrimPrefix(f.Path, pkg.Location)
			if f.Kind == inventory.KindDir {
				if strings.HasSuffix(inside, "/node_modules") {
					skip = f.Path + "/"
				}
				continue
			}
			pkg.Files = append(pkg.Files, f.Path)
		}
		slices.Sort(pkg.Files)
	}
}

// text returns a JSON string, or "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// keys returns the keys of JSON objects, sorted, each once.
func keys(raws ...json.RawMessage) []string {
	var out []string
	for _, raw := range raws {
		var m map[string]json.RawMessage
		if json.Unmarshal(raw, &m) == nil {
			out = append(out, slices.Collect(maps.Keys(m))...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
