// Package rust reads the list of crates that cargo-auditable puts into
// programs: a section of zlib-compressed JSON. It is pure and imports package
// inventory and its neighbours only.
package rust

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"

	"schlank/internal/pkgdb/elfsection"
	"schlank/inventory"
)

const section = ".dep-v0"

// maxList bounds the list of one program, packed and unpacked: cargo-audit
// takes 8 MiB as well.
const maxList = 8 << 20

// Wants says whether Extract has use for a file that begins with head.
func Wants(head []byte) bool { return elfsection.Is(head) }

// Extract returns the JSON list of a program's crates, nil for programs
// without one.
func Extract(r io.ReaderAt) ([]byte, error) {
	packed, err := elfsection.Read(r, section, maxList)
	if packed == nil || err != nil {
		return nil, err
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("list of crates not understood: %w", err)
	}
	list, err := io.ReadAll(io.LimitReader(z, maxList+1))
	if err != nil {
		return nil, fmt.Errorf("list of crates not understood: %w", err)
	}
	if len(list) > maxList {
		return nil, fmt.Errorf("list of crates not read: more than %d bytes", maxList)
	}
	return list, nil
}

// crates is the document, as cargo-auditable's schema has it.
type crates struct {
	Packages []struct {
		Name         string `json:"name"`
		Version      string `json:"version"`
		Source       string `json:"source"`
		Kind         string `json:"kind"` // "build" for what only ran at build time
		Dependencies []int  `json:"dependencies"`
		Root         bool   `json:"root"`
	} `json:"packages"`
}

// Parse makes packages of what Extract returned of the programs at the given
// paths. The root crate's package claims the program; the others are inside.
// Crates that only ran at build time are left out. What is malformed is
// listed.
func Parse(records map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	for _, p := range slices.Sorted(maps.Keys(records)) {
		var doc crates
		if err := json.Unmarshal(records[p], &doc); err != nil {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "list of crates not understood: " + err.Error()})
			continue
		}
		pkgs = append(pkgs, program(p, &doc)...)
	}
	return pkgs, unknowns
}

func program(p string, doc *crates) []inventory.Package {
	var pkgs []inventory.Package
	rooted := false
	for _, c := range doc.Packages {
		if c.Name == "" || c.Kind == "build" {
			continue
		}
		pkg := inventory.Package{Type: inventory.Rust, Name: c.Name, Version: c.Version, Location: p}
		if c.Source != "crates.io" {
			pkg.Origin = c.Source
		}
		if c.Root && !rooted {
			rooted = true
			pkg.Requested, pkg.Files = true, []string{p}
		} else {
			pkg.Inside = p
		}
		for _, d := range c.Dependencies {
			if d >= 0 && d < len(doc.Packages) && doc.Packages[d].Name != "" && doc.Packages[d].Kind != "build" {
				pkg.Depends = append(pkg.Depends, doc.Packages[d].Name)
			}
		}
		slices.Sort(pkg.Depends)
		pkg.Depends = slices.Compact(pkg.Depends)
		pkgs = append(pkgs, pkg)
	}
	if !rooted && len(pkgs) > 0 {
		// A list without a root still is that of a program.
		pkgs = append(pkgs, inventory.Package{Type: inventory.Rust, Name: path.Base(p), Location: p, Requested: true, Files: []string{p}})
	}
	return pkgs
}
