// Package java finds out what Java archives (jar, war, ear, …) and the
// archives in them are: by the Maven projects that went into them, by their
// manifests, and by their names. It is pure and imports package inventory and
// its neighbours only.
package java

import (
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"schlank/inventory"
)

// Parse makes packages of what Extract returned of the archives at the given
// paths. The package of an archive file claims it; archives in it, and Maven
// projects that were merged ("shaded") into it, are inside. What is malformed
// is listed.
//
// Where Maven's names are known a package is called "group:artifact", else by
// its file. Provides holds further names that it goes by: of its module and
// its bundle, and the Maven name that its classes suggest.
func Parse(records map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	for _, p := range slices.Sorted(maps.Keys(records)) {
		var rec record
		if err := json.Unmarshal(records[p], &rec); err != nil || len(rec.Archives) == 0 {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "record of a Java archive not understood"})
			continue
		}
		for _, pr := range rec.Problems {
			unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: place(p, pr.Name), Reason: pr.Reason})
		}
		pkgs = append(pkgs, packagesOf(p, &rec)...)
	}
	return pkgs, unknowns
}

// place names an archive in the file at p as Java's URLs do.
func place(p, name string) string {
	if name == "" {
		return p
	}
	return p + "!/" + name
}

func packagesOf(p string, rec *record) []inventory.Package {
	var pkgs []inventory.Package
	seen := map[[3]string]bool{}
	for i := range rec.Archives {
		a := &rec.Archives[i]
		own, merged := identify(place(p, a.Name), a)
		if i == 0 {
			own.Files, own.Requested = []string{p}, true
		} else {
			own.Inside = p
		}
		for _, pkg := range append([]inventory.Package{own}, merged...) {
			if i > 0 || pkg.Files == nil {
				pkg.Inside = p
			}
			key := [3]string{pkg.Name, pkg.Version, pkg.Location}
			if !seen[key] {
				seen[key] = true
				pkgs = append(pkgs, pkg)
			}
		}
	}
	addGroups(pkgs)
	for i := range pkgs[1:] {
		pkg := &pkgs[i+1]
		pkg.Requested = slices.Contains(pkgs[0].Depends, pkg.Name)
	}
	return pkgs
}

// addGroups completes the names of packages that Maven's projects in the same
// file depend on, if there is one of that name only.
func addGroups(pkgs []inventory.Package) {
	full := map[string]string{} // artifact → name, "" for several
	for i := range pkgs {
		for _, name := range pkgs[i].Depends {
			_, artifact, _ := strings.Cut(name, ":")
			if known, ok := full[artifact]; ok && known != name {
				name = ""
			}
			full[artifact] = name
		}
	}
	for i := range pkgs {
		if name := full[pkgs[i].Name]; name != "" {
			pkgs[i].Name = name
			pkgs[i].Provides = slices.DeleteFunc(pkgs[i].Provides, func(p string) bool { return strings.Contains(p, ":") })
		}
	}
}

// identify returns the package that an archive is, and those merged into it.
func identify(location string, a *archive) (own inventory.Package, merged []inventory.Package) {
	name, version := nameVersion(path.Base(location))
	main := mainPOM(a, name, version)
	for i := range a.POMs {
		pkg := mavenPackage(&a.POMs[i], location)
		if i == main {
			own = pkg
		} else {
			merged = append(merged, pkg)
		}
	}
	if main < 0 {
		own = inventory.Package{Type: inventory.Java, Name: name, Version: version, Location: location}
		if group, artifact, v, ok := repository(location); ok {
			own.Name, own.Version = group+":"+artifact, v
		} else if strings.Contains(a.Root, ".") {
			own.Provides = append(own.Provides, a.Root+":"+name)
		}
	}
	if own.Version == "" {
		own.Version = manifestVersion(a.Manifest)
	}
	symbolic, _, _ := strings.Cut(a.Manifest["Bundle-SymbolicName"], ";")
	for _, n := range []string{strings.TrimSpace(symbolic), a.Manifest["Automatic-Module-Name"]} {
		if n != "" && n != own.Name {
			own.Provides = append(own.Provides, n)
		}
	}
	slices.Sort(own.Provides)
	own.Provides = slices.Compact(own.Provides)
	return own, merged
}

func mavenPackage(p *pom, location string) inventory.Package {
	name := p.name()
	if p.Group == "" {
		name = p.Artifact
	}
	return inventory.Package{Type: inventory.Java, Name: name, Version: p.Version, Depends: p.Depends, Location: location}
}

// mainPOM returns the index of the project that the archive as a whole was
// built from, or -1: the one it is named after, in its file or its manifest,
// or the only one.
func mainPOM(a *archive, name, version string) int {
	for _, n := range []string{name, a.Manifest["Implementation-Title"]} {
		for i, p := range a.POMs {
			// A classifier may follow: "netty-epoll-4.1.0-linux-x86_64".
			if n != "" && (p.Artifact == n || version != "" && p.Artifact+"-"+p.Version == name+"-"+version) {
				return i
			}
		}
	}
	if len(a.POMs) == 1 {
		return 0
	}
	return -1
}

func manifestVersion(m map[string]string) string {
	for _, key := range []string{"Implementation-Version", "Bundle-Version", "Specification-Version"} {
		if v := m[key]; v != "" && !strings.Contains(v, "${") {
			return v
		}
	}
	return ""
}

// versionStart finds where a version begins in a file's name.
var versionStart = regexp.MustCompile(`-v?[0-9]`)

// nameVersion takes "name-1.2.3.jar" apart.
func nameVersion(base string) (name, version string) {
	stem := strings.TrimSuffix(base, path.Ext(base))
	// The first that is followed by no more than a version: in
	// "log4j-1.2-api-2.17.1" it is the second one.
	for _, at := range versionStart.FindAllStringIndex(stem, -1) {
		if rest := stem[at[0]+1:]; at[0] > 0 && !laterName.MatchString(rest) {
			return stem[:at[0]], rest
		}
	}
	return stem, ""
}

// laterName matches what begins like a version and goes on with a name and a
// version: "1.2-api-2.17.1".
var laterName = regexp.MustCompile(`^[0-9.]+-[a-z]+(-[a-z]+)*-[0-9]+\.`)

// repository reads the place of a file in a repository of Maven
// (".../repository/org/x/name/1.0/name-1.0.jar", in Debian's packages
// "/usr/share/maven-repo/...") or Gradle
// (".../files-2.1/org.x/name/1.0/DIGEST/name-1.0.jar").
func repository(location string) (group, artifact, version string, ok bool) {
	if _, rest, found := strings.Cut(location, "/files-2.1/"); found {
		if parts := strings.Split(rest, "/"); len(parts) == 5 {
			return parts[0], parts[1], parts[2], true
		}
		return "", "", "", false
	}
	_, rest, found := strings.Cut(location, "/repository/")
	if !found {
		_, rest, found = strings.Cut(location, "/maven-repo/")
	}
	parts := strings.Split(rest, "/")
	n := len(parts)
	if !found || n < 4 || !strings.HasPrefix(parts[n-1], parts[n-3]+"-"+parts[n-2]) {
		return "", "", "", false
	}
	return strings.Join(parts[:n-3], "."), parts[n-3], parts[n-2], true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
