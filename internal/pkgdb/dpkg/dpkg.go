// Package dpkg reads the database of Debian's package manager: which packages
// are installed, what they need and which files they brought. It knows the
// single status file of Debian and the status.d directory of images that were
// put together without dpkg. It is pure and imports package inventory only.
package dpkg

import (
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// Where the database lies.
const (
	StatusFile     = "/var/lib/dpkg/status"
	StatusDir      = "/var/lib/dpkg/status.d"
	InfoDir        = "/var/lib/dpkg/info"
	DiversionsFile = "/var/lib/dpkg/diversions"
	// ExtendedStatesFile is apt's note of what was installed automatically.
	ExtendedStatesFile = "/var/lib/apt/extended_states"
)

// Wants says whether Parse has use for the file at p.
func Wants(p string) bool {
	switch p {
	case StatusFile, DiversionsFile, ExtendedStatesFile:
		return true
	}
	switch path.Dir(p) {
	case StatusDir:
		return true
	case InfoDir:
		return strings.HasSuffix(p, ".list")
	}
	return false
}

// Parse reads the database from files, which maps absolute paths to contents.
// What is malformed or missing is listed. Files that Wants does not name are
// ignored; directories among the packages' Files are left out as far as the
// lists show them.
func Parse(files map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	db := &database{files: files}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		switch {
		case p == StatusFile:
			db.status(p)
		case path.Dir(p) == StatusDir && !strings.HasSuffix(p, ".md5sums"):
			db.status(p)
		}
	}
	db.markRequested()
	db.divert()
	return db.packages, db.unknowns
}

type database struct {
	files    map[string][]byte
	packages []inventory.Package
	unknowns []inventory.Unknown
}

func (db *database) unknown(p, reason string) {
	db.unknowns = append(db.unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: reason})
}

// status reads the stanzas of one status file.
func (db *database) status(p string) {
	for s := range stanzas(db.files[p]) {
		for _, bad := range s.bad {
			db.unknown(p, bad)
		}
		name := s.fields["package"]
		if name == "" {
			db.unknown(p, s.at("stanza without a Package field"))
			continue
		}
		if !installed(s.fields["status"]) {
			continue
		}
		if s.fields["version"] == "" {
			db.unknown(p, s.at("package "+name+" without a Version field"))
			continue
		}
		pkg := newPackage(s.fields)
		pkg.Location = p
		pkg.Files = db.listOf(&pkg)
		db.packages = append(db.packages, pkg)
	}
}

// installed reads a Status field ("install ok installed"). A package in any
// state between unpacked and installed has its files in place; status.d has
// no such field.
func installed(status string) bool {
	if status == "" {
		return true
	}
	words := strings.Fields(status)
	switch words[len(words)-1] {
	case "not-installed", "config-files":
		return false
	}
	return true
}

func newPackage(f map[string]string) inventory.Package {
	source, _, _ := strings.Cut(f["source"], " ")
	if source == "" {
		source = f["package"]
	}
	return inventory.Package{
		Type:         inventory.Dpkg,
		Name:         f["package"],
		Version:      f["version"],
		Architecture: f["architecture"],
		Source:       source,
		Section:      f["section"],
		Depends:      names(f["pre-depends"], f["depends"]),
		Recommends:   names(f["recommends"]),
		Provides:     names(f["provides"]),
		Essential:    f["essential"] == "yes" || f["priority"] == "required",
		Conffiles:    conffiles(f["conffiles"]),
	}
}

// names lists the package names in relation fields, each once, sorted:
// "a (>= 1), b | c:any [amd64]" is a, b, c.
func names(relations ...string) []string {
	var out []string
	for _, r := range relations {
		for part := range strings.FieldsFuncSeq(r, func(c rune) bool { return c == ',' || c == '|' }) {
			name := strings.TrimSpace(part)
			if end := strings.IndexAny(name, " \t\n(:[<"); end >= 0 {
				name = name[:end]
			}
			if name != "" {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// conffiles reads lines of path and checksum.
func conffiles(field string) []string {
	var out []string
	for line := range strings.Lines(field) {
		// Paths may hold blanks; the checksum and the flag after it do not.
		line = strings.TrimSuffix(strings.TrimSpace(line), " obsolete")
		line = strings.TrimSuffix(line, " remove-on-upgrade")
		if end := strings.LastIndexByte(line, ' '); end > 0 && strings.HasPrefix(line, "/") {
			out = append(out, line[:end])
		}
	}
	slices.Sort(out)
	return out
}

// markRequested sets Requested by apt's notes.
func (db *database) markRequested() {
	auto := map[string]bool{}
	for s := range stanzas(db.files[ExtendedStatesFile]) {
		for _, bad := range s.bad {
			db.unknown(ExtendedStatesFile, bad)
		}
		if s.fields["auto-installed"] == "1" {
			auto[s.fields["package"]+":"+s.fields["architecture"]] = true
			// apt writes the machine's own architecture for packages
			// that are of all.
			auto[s.fields["package"]+":all"] = true
		}
	}
	for i := range db.packages {
		p := &db.packages[i]
		p.Requested = !auto[p.Name+":"+p.Architecture]
	}
}
