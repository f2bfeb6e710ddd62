// Package composer reads what PHP's Composer notes of the packages it
// installed. It is pure and imports package inventory only.
package composer

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

const (
	// installed is Composer's own record, below the vendor directory.
	installed = "/composer/installed.json"
	project   = "composer.json"
)

// Wants says whether Parse has use for the file at p: the record of what is
// installed, or what a project asks for.
func Wants(p string) bool {
	return strings.HasSuffix(p, installed) || path.Base(p) == project && !strings.Contains(p, "/vendor/")
}

// entry is a package in the record.
type entry struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	Type    string          `json:"type"`
	Require json.RawMessage `json:"require"`
	// Bin are programs, for which there are starters in vendor/bin.
	Bin json.RawMessage `json:"bin"`
	// InstallPath is relative to the record's directory; Composer 1 has none.
	InstallPath *string `json:"install-path"`
}

// Parse reads the packages whose records are in files, which maps absolute
// paths to contents. The tree tells which files they own: all below the
// directory they were installed to. What is malformed is listed.
func Parse(files map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(p, installed) {
			continue
		}
		entries, err := parseRecord(files[p])
		if err != nil {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "not understood: " + err.Error()})
			continue
		}
		asked, known := requests(p, files)
		for _, e := range entries {
			if e.Name == "" {
				unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "package without a name"})
				continue
			}
			pkg := e.toPackage(p, tree)
			pkg.Requested = !known || asked[e.Name]
			pkgs = append(pkgs, pkg)
		}
	}
	return pkgs, unknowns
}

// parseRecord reads both forms: Composer 1 wrote a list, Composer 2 writes an
// object that holds it.
func parseRecord(data []byte) ([]entry, error) {
	var doc struct {
		Packages []entry `json:"packages"`
	}
	err := json.Unmarshal(data, &doc)
	if err == nil {
		return doc.Packages, nil
	}
	var list []entry
	if json.Unmarshal(data, &list) == nil {
		return list, nil
	}
	return nil, err
}

func (e entry) toPackage(record string, tree inventory.Tree) inventory.Package {
	pkg := inventory.Package{
		Type: inventory.Composer, Name: e.Name, Version: e.Version, Location: record, Depends: packageNames(e.Require),
	}
	vendor := strings.TrimSuffix(record, installed)
	dir := path.Join(vendor, path.Clean("/"+e.Name))
	if e.InstallPath != nil {
		dir = path.Join(path.Dir(record), *e.InstallPath)
	}
	// A package of packages has no files; the vendor directory as a whole is
	// nobody's.
	if e.Type == "metapackage" || dir == vendor || strings.HasPrefix(vendor+"/", dir+"/") {
		return pkg
	}
	for _, f := range tree.Under(dir) {
		if f.Kind != inventory.KindDir {
			pkg.Files = append(pkg.Files, f.Path)
		}
	}
	var bin []string
	if json.Unmarshal(e.Bin, &bin) == nil {
		for _, b := range bin {
			if f := tree.Find(path.Join(vendor, "bin", path.Base(b))); f != nil && f.Kind != inventory.KindDir {
				pkg.Files = append(pkg.Files, f.Path)
			}
		}
	}
	slices.Sort(pkg.Files)
	pkg.Files = slices.Compact(pkg.Files)
	return pkg
}

// requests are the names that the project around a vendor directory asks for;
// without a project file nobody knows.
func requests(record string, files map[string][]byte) (asked map[string]bool, known bool) {
	data, ok := files[path.Join(path.Dir(strings.TrimSuffix(record, installed)), project)]
	if !ok {
		return nil, false
	}
	var doc struct {
		Require    json.RawMessage `json:"require"`
		RequireDev json.RawMessage `json:"require-dev"`
	}
	if json.Unmarshal(data, &doc) != nil {
		return nil, false
	}
	asked = map[string]bool{}
	for _, name := range append(packageNames(doc.Require), packageNames(doc.RequireDev)...) {
		asked[name] = true
	}
	return asked, true
}

// packageNames are the keys that name packages, sorted: PHP itself and its
// extensions have no slash. PHP writes an empty object as a list.
func packageNames(raw json.RawMessage) []string {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(m))
	return slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, "/") })
}
