// Package conda reads the records that conda, mamba and their kin keep of the
// packages in an environment. It is pure and imports package inventory only.
package conda

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

const (
	metaDir = "conda-meta"
	history = "history"
)

// Wants says whether Parse has use for the file at p: PREFIX/conda-meta/*.json
// and the history of the environment beside them.
func Wants(p string) bool {
	return path.Base(path.Dir(p)) == metaDir && (path.Base(p) == history || path.Ext(p) == ".json")
}

// record is the part of a package's record that is of use.
type record struct {
	Name           string   `json:"name"`
	Version        string   `json:"version"`
	Subdir         string   `json:"subdir"`
	Depends        []string `json:"depends"`
	Files          []string `json:"files"`
	RequestedSpec  string   `json:"requested_spec"`
	RequestedSpecs []string `json:"requested_specs"`
}

// Parse reads the packages whose records are in files, which maps absolute
// paths to contents. What is malformed is listed.
func Parse(files map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	asked := map[string]map[string]bool{} // by directory
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if !Wants(p) || path.Base(p) == history {
			continue
		}
		dir := path.Dir(p)
		if asked[dir] == nil {
			asked[dir] = requests(string(files[path.Join(dir, history)]))
		}
		var r record
		if err := json.Unmarshal(files[p], &r); err != nil {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "not understood: " + err.Error()})
			continue
		}
		if r.Name == "" || r.Version == "" {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "package without name or version"})
			continue
		}
		pkg := r.toPackage(p)
		pkg.Requested = pkg.Requested || asked[dir][r.Name]
		pkgs = append(pkgs, pkg)
	}
	return pkgs, unknowns
}

func (r record) toPackage(p string) inventory.Package {
	pkg := inventory.Package{
		Type: inventory.Conda, Name: r.Name, Version: r.Version, Architecture: r.Subdir, Location: p,
		Requested: r.RequestedSpec != "" && r.RequestedSpec != "None" || len(r.RequestedSpecs) > 0,
		Files:     []string{p},
	}
	prefix := path.Dir(path.Dir(p))
	for _, f := range r.Files {
		pkg.Files = append(pkg.Files, path.Join(prefix, path.Clean("/"+f)))
	}
	for _, d := range r.Depends {
		if name := specName(d); name != "" {
			pkg.Depends = append(pkg.Depends, name)
		}
	}
	for _, list := range []*[]string{&pkg.Files, &pkg.Depends} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return pkg
}

// specName cuts the name off a specification: "conda-forge::python >=3.9",
// "numpy=1.26", "zlib[build=0]".
func specName(spec string) string {
	if _, rest, ok := strings.Cut(spec, "::"); ok {
		spec = rest
	}
	spec = strings.TrimSpace(spec)
	if end := strings.IndexAny(spec, " =<>!~["); end >= 0 {
		spec = spec[:end]
	}
	return spec
}

// requests reads the history of an environment: lines such as
// `# update specs: ["python=3.11", "numpy"]`; what a later one removes is not
// asked for any more.
func requests(text string) map[string]bool {
	asked := map[string]bool{}
	for line := range strings.Lines(text) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !ok {
			continue
		}
		action, list, ok := strings.Cut(line, " specs:")
		if !ok || action != "update" && action != "install" && action != "remove" {
			continue
		}
		// Python's form of lists, or JSON's.
		for spec := range strings.SplitSeq(strings.Trim(strings.TrimSpace(list), "[]"), ",") {
			if name := specName(strings.Trim(strings.TrimSpace(spec), `'"`)); name != "" {
				asked[name] = action != "remove"
			}
		}
	}
	return asked
}
