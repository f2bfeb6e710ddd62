// Package apk reads the database of Alpine's package manager: which packages
// are installed, what they need and provide, and which files they brought. It
// is pure and imports package inventory only.
package apk

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// Where the database lies. From apk-tools 3 on a merged /usr it is the second
// path.
const (
	InstalledFile       = "/lib/apk/db/installed"
	InstalledFileMerged = "/usr/lib/apk/db/installed"
	// WorldFile names what was asked for.
	WorldFile = "/etc/apk/world"
)

// Wants says whether Parse has use for the file at p.
func Wants(p string) bool {
	return p == InstalledFile || p == InstalledFileMerged || p == WorldFile
}

// Parse reads the database from files, which maps absolute paths to contents.
// What is malformed is listed.
func Parse(files map[string][]byte) ([]inventory.Package, []inventory.Unknown) {
	db := &database{world: world(string(files[WorldFile]))}
	for _, p := range []string{InstalledFile, InstalledFileMerged} {
		db.location = p
		db.installed(string(files[p]))
	}
	return db.packages, db.unknowns
}

type database struct {
	world    map[string]bool
	location string
	packages []inventory.Package
	unknowns []inventory.Unknown

	cur  inventory.Package
	line int // of the record's first field, 0 for none
	dir  string
}

func (db *database) unknown(line int, reason string) {
	db.unknowns = append(db.unknowns, inventory.Unknown{
		Layer: -1, Path: db.location, Reason: fmt.Sprintf("line %d: %s", line, reason),
	})
}

// world reads the names in /etc/apk/world: "pkg", "pkg>=1.2", "pkg@repo".
func world(text string) map[string]bool {
	names := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		if !strings.HasPrefix(word, "!") { // a conflict
			names[bareName(word)] = true
		}
	}
	return names
}

// bareName cuts version and repository off a dependency.
func bareName(dep string) string {
	if end := strings.IndexAny(dep, "<>=~@"); end >= 0 {
		return dep[:end]
	}
	return dep
}

// installed reads records of "X:value" lines that blank lines part.
func (db *database) installed(text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			db.flush()
			continue
		}
		if len(line) < 2 || line[1] != ':' {
			db.unknown(number, "no field")
			continue
		}
		if db.line == 0 {
			db.line, db.dir = number, "/"
			db.cur = inventory.Package{Type: inventory.Apk, Location: db.location}
		}
		db.field(line[0], line[2:])
	}
	db.flush()
}

// field takes one field of a record; the letters are apk-tools' own.
func (db *database) field(letter byte, value string) {
	p := &db.cur
	switch letter {
	case 'P':
		p.Name = value
	case 'V':
		p.Version = value
	case 'A':
		p.Architecture = value
	case 'o':
		p.Source = value
	case 'D':
		for word := range strings.FieldsSeq(value) {
			if !strings.HasPrefix(word, "!") {
				p.Depends = append(p.Depends, bareName(word))
			}
		}
	case 'p':
		for word := range strings.FieldsSeq(value) {
			p.Provides = append(p.Provides, bareName(word))
		}
	case 'F':
		db.dir = path.Clean("/" + value)
	case 'R':
		if value != "" {
			p.Files = append(p.Files, path.Join(db.dir, path.Clean("/"+value)))
		}
	}
}

// flush ends a record.
func (db *database) flush() {
	line := db.line
	if db.line = 0; line == 0 {
		return
	}
	p := db.cur
	if p.Name == "" || p.Version == "" {
		db.unknown(line, "record without name or version")
		return
	}
	if p.Source == "" {
		p.Source = p.Name
	}
	p.Requested = db.world[p.Name]
	for _, list := range []*[]string{&p.Depends, &p.Provides, &p.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	db.packages = append(db.packages, p)
}
