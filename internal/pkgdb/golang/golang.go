// Package golang reads what the Go linker notes in programs: the main module
// and the modules compiled in, with their versions. It is pure and imports
// package inventory and its neighbours only.
package golang

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"maps"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"schlank/internal/pkgdb/elfsection"
	"schlank/inventory"
)

// section holds the build information since Go 1.13; strip(1) keeps it.
const section = ".go.buildinfo"

// maxInfo bounds the build information of one program. Kubernetes' programs,
// with hundreds of modules, have less than 64 KiB.
const maxInfo = 4 << 20

// Stdlib is the name of the standard library as Go's vulnerability database
// has it; its version is that of the toolchain, without "go".
const Stdlib = "stdlib"

// devel is the version of what was built from a directory.
const devel = "(devel)"

// Wants says whether Extract has use for a file that begins with head.
func Wants(head []byte) bool { return elfsection.Is(head) }

// Extract returns the build information of a program, nil for files that Go
// did not make.
func Extract(r io.ReaderAt) ([]byte, error) {
	if !elfsection.Has(r, section) {
		return nil, nil
	}
	info, err := buildinfo.Read(r)
	if err != nil {
		return nil, fmt.Errorf("build information of Go not understood: %w", err)
	}
	// Only the modules: settings hold what was given to the linker.
	info.Settings = nil
	text := info.String()
	if len(text) > maxInfo {
		return nil, fmt.Errorf("build information of Go not read: %d bytes are more than the limit of %d", len(text), maxInfo)
	}
	return []byte(text), nil
}

// Parse makes packages of what Extract returned of the programs at the given
// paths. The package of the main module claims the program; the other modules
// and the standard library are inside. What is malformed is listed.
func Parse(records map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	for _, p := range slices.Sorted(maps.Keys(records)) {
		info, err := parse(string(records[p]))
		if err != nil {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "build information of Go not understood: " + err.Error()})
			continue
		}
		pkgs = append(pkgs, program(p, info)...)
	}
	return pkgs, unknowns
}

// parse reads the text of debug.BuildInfo.String, of which the standard
// library leaves out the toolchain's version.
func parse(text string) (*debug.BuildInfo, error) {
	info, err := debug.ParseBuildInfo(text)
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(text, "\n")
	if version, ok := strings.CutPrefix(first, "go\t"); ok {
		info.GoVersion = version
	}
	return info, nil
}

// program lists the packages of one program, the main one first.
func program(p string, info *debug.BuildInfo) []inventory.Package {
	main := inventory.Package{
		Type: inventory.Go, Name: info.Main.Path, Version: info.Main.Version,
		Location: p, Requested: true, Files: []string{p},
	}
	toolchain := toolchainVersion(info.GoVersion)
	if main.Name == "" {
		// Built of files outside of a module, or a command of Go itself.
		main.Name = info.Path
		if strings.HasPrefix(main.Name, "cmd/") {
			main.Version = toolchain
		}
	}
	if main.Name == "" || main.Name == "command-line-arguments" {
		main.Name = path.Base(p)
	}
	var inside []inventory.Package
	if toolchain != "" {
		inside = append(inside, inventory.Package{Type: inventory.Go, Name: Stdlib, Version: toolchain, Location: p, Inside: p})
	}
	for _, m := range info.Deps {
		if m.Path != "" {
			inside = append(inside, module(p, m))
		}
	}
	for i := range inside {
		main.Depends = append(main.Depends, inside[i].Name)
	}
	slices.Sort(main.Depends)
	main.Depends = slices.Compact(main.Depends)
	return append([]inventory.Package{main}, inside...)
}

// module is a module of a program: what it was replaced by, if it was, is
// what is compiled in.
func module(p string, m *debug.Module) inventory.Package {
	pkg := inventory.Package{Type: inventory.Go, Name: m.Path, Version: m.Version, Location: p, Inside: p}
	switch r := m.Replace; {
	case r == nil:
	case r.Version == "" || r.Version == devel:
		// A directory of the machine that built it.
		pkg.Origin = r.Path
	case r.Path != "":
		pkg.Name, pkg.Version = r.Path, r.Version
		if r.Path != m.Path {
			pkg.Provides = []string{m.Path}
		}
	}
	return pkg
}

// toolchainVersion cuts "go1.26.8 X:experiment" to "1.26.8".
func toolchainVersion(v string) string {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "devel "), " ")
	return strings.TrimPrefix(v, "go")
}
