// Package dotnet reads the *.deps.json files that the .NET SDK writes beside
// programs: which NuGet packages a program was built of. It is pure and
// imports package inventory only.
package dotnet

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

const ending = ".deps.json"

// Wants says whether Parse has use for the file at p.
func Wants(p string) bool { return strings.HasSuffix(p, ending) }

// document is the part of the file that is of use. Libraries are called
// "Name/Version".
type document struct {
	RuntimeTarget struct {
		Name string `json:"name"`
	} `json:"runtimeTarget"`
	Targets   map[string]map[string]target `json:"targets"`
	Libraries map[string]struct {
		Type string `json:"type"` // "package", "project" or "runtimepack"
	} `json:"libraries"`
}

// target says what a library is made of, on one platform.
type target struct {
	Dependencies   map[string]string          `json:"dependencies"`
	Runtime        map[string]json.RawMessage `json:"runtime"`
	Native         map[string]json.RawMessage `json:"native"`
	RuntimeTargets map[string]json.RawMessage `json:"runtimeTargets"`
	Resources      map[string]struct {
		Locale string `json:"locale"`
	} `json:"resources"`
}

// Parse reads the packages whose records are in files, which maps absolute
// paths to contents. The tree tells where their files are: publishing puts
// them beside the record, without the directories they have in packages. The
// record and the program itself are the application's. What is malformed is
// listed.
func Parse(files map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if !Wants(p) {
			continue
		}
		var doc document
		if err := json.Unmarshal(files[p], &doc); err != nil {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "not understood: " + err.Error()})
			continue
		}
		pkgs = append(pkgs, doc.packages(p, tree)...)
	}
	return pkgs, unknowns
}

func (doc *document) packages(p string, tree inventory.Tree) []inventory.Package {
	targets := doc.Targets[doc.RuntimeTarget.Name]
	asked := map[string]bool{}
	for id, lib := range doc.Libraries {
		if lib.Type == "project" {
			for name := range targets[id].Dependencies {
				asked[name] = true
			}
		}
	}
	var pkgs []inventory.Package
	for _, id := range slices.Sorted(maps.Keys(doc.Libraries)) {
		name, version, ok := strings.Cut(id, "/")
		if kind := doc.Libraries[id].Type; !ok || name == "" || kind != "package" && kind != "runtimepack" {
			continue
		}
		// "runtimepack.Microsoft.NETCore.App…" is how a record calls the
		// parts of .NET itself in a self-contained program.
		name = strings.TrimPrefix(name, "runtimepack.")
		t := targets[id]
		pkgs = append(pkgs, inventory.Package{
			Type: inventory.DotNet, Name: name, Version: version, Location: p, Requested: asked[name],
			Depends: slices.Sorted(maps.Keys(t.Dependencies)), Files: t.files(path.Dir(p), tree),
		})
	}
	return pkgs
}

// files are those of a library that lie below dir.
func (t *target) files(dir string, tree inventory.Tree) []string {
	var out []string
	take := func(p string) {
		if f := tree.Find(p); f != nil && f.Kind != inventory.KindDir {
			out = append(out, p)
		}
	}
	for _, assets := range []map[string]json.RawMessage{t.Runtime, t.Native} {
		for asset := range assets {
			take(path.Join(dir, path.Base(asset)))
		}
	}
	for asset := range t.RuntimeTargets {
		take(path.Join(dir, path.Clean("/"+asset))) // "runtimes/linux-x64/native/x.so"
	}
	for asset, r := range t.Resources {
		take(path.Join(dir, path.Clean("/"+r.Locale), path.Base(asset)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
