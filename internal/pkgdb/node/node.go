// Package node finds the packages of Node.js by their package.json: in
// node_modules directories as npm, pnpm and yarn lay them out, and in the
// archives that yarn keeps instead (Plug'n'Play). It is pure and imports
// package inventory and its neighbours only.
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
// absolute paths to contents, and those in yarn's archives, of which
// ExtractArchive made the records. The tree tells which files they own: all
// below their directory that is not in a package below it, and the links in
// node_modules that lead to them. What is malformed is listed.
//
// A package of a workspace, to which a link in node_modules leads, claims the
// link only: its sources are the application's.
func Parse(files, archives map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	db := &database{files: files, tree: tree, roots: map[string]map[string]bool{}, at: map[string]int{}}
	for _, p := range slices.SortedFunc(maps.Keys(files), inventory.ComparePaths) {
		if path.Base(p) == manifest && isPackageDir(path.Dir(p)) {
			db.add(path.Dir(p))
		}
	}
	db.own()
	db.links()
	db.archives(archives)
	for i := range db.packages {
		slices.Sort(db.packages[i].Files)
	}
	return db.packages, db.unknowns
}

type database struct {
	files    map[string][]byte
	tree     inventory.Tree
	roots    map[string]map[string]bool // project directory → what it asks for
	at       map[string]int             // package directory → index in packages
	packages []inventory.Package
	unknowns []inventory.Unknown
}

func (db *database) unknown(p, reason string) {
	db.unknowns = append(db.unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: reason})
}

// add takes the package in a directory below node_modules.
func (db *database) add(dir string) {
	i := strings.LastIndex(dir, modules)
	installed := dir[i+len(modules):]
	pkg, ok := db.read(dir, installed)
	if !ok {
		return
	}
	pkg.Requested = db.requested(dir[:i], installed)
	db.put(pkg)
}

// read makes a package of the package.json in dir; installed is the name that
// the package goes by there.
func (db *database) read(dir, installed string) (inventory.Package, bool) {
	p := path.Join(dir, manifest)
	pkg, problem := describe(db.files[p], installed)
	pkg.Location = dir
	if problem != "" {
		db.unknown(p, problem)
	}
	return pkg, pkg.Name != ""
}

// describe makes a package of a package.json. Without a name in it the
// package is called installed; one that is no JSON has no name at all.
func describe(data []byte, installed string) (pkg inventory.Package, problem string) {
	var doc packageJSON
	if err := json.Unmarshal(data, &doc); err != nil {
		return pkg, "not understood: " + err.Error()
	}
	pkg = inventory.Package{
		Type:    inventory.Node,
		Name:    text(doc.Name),
		Version: text(doc.Version),
		Depends: keys(doc.Dependencies, doc.Optional),
	}
	if pkg.Name == "" || pkg.Version == "" {
		problem = "package without name or version"
	}
	if pkg.Name == "" {
		pkg.Name = installed
	}
	return pkg, problem
}

func (db *database) put(pkg inventory.Package) {
	db.at[pkg.Location] = len(db.packages)
	db.packages = append(db.packages, pkg)
}

// requested says whether the project around node_modules asks for a package;
// without a project, packages of the outermost node_modules are global ones.
func (db *database) requested(project, name string) bool {
	if strings.Contains(project+"/", modules) {
		return false // in another package's node_modules, or in pnpm's store
	}
	project, _, _ = strings.Cut(project, yarnDir)
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
func (db *database) own() {
	for i := range db.packages {
		pkg := &db.packages[i]
		skip := ""
		for _, f := range db.tree.Under(pkg.Location) {
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
