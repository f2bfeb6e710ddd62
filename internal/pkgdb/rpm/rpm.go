// Package rpm reads the databases of RPM in the three forms that
// distributions have used: SQLite, NDB (SUSE) and Berkeley DB (before 2021).
// It is pure and imports package inventory and its neighbours only.
//
// The readers are our own: the libraries there are work on files of the
// machine, and bring a whole SQL engine for one table.
package rpm

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/internal/pkgdb/sqlitefile"
	"schlank/inventory"
)

// dirs are where databases lie: the traditional place, that of distributions
// with /usr as the whole system, and that of rpm-ostree.
var dirs = []string{"/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"}

// The names of the files, newest form first: when several are there, the
// others were left behind by an update.
const (
	sqliteName = "rpmdb.sqlite"
	ndbName    = "Packages.db"
	bdbName    = "Packages"
)

// Bounds on one database. Fedora's with all its packages is below them.
const (
	maxDatabase  = 4 << 30
	maxHeader    = 256 << 20 // what rpm itself takes
	maxPackages  = 500_000
	maxFileNames = 64 << 20  // bytes in one package
	maxRecord    = 384 << 20 // bytes in all
)

// Wants says whether the file at p is a database.
func Wants(p string) bool {
	if !slices.Contains(dirs, path.Dir(p)) {
		return false
	}
	switch path.Base(p) {
	case sqliteName, ndbName, bdbName:
		return true
	}
	return false
}

// record is what Extract notes of a database.
type record struct {
	Packages []inventory.Package
	Problems []string
}

// Extract returns the packages of a database, in a form for Parse.
func Extract(r io.ReaderAt, size int64) ([]byte, error) {
	if size == 0 {
		return nil, nil // made by a program that only asked
	}
	if size > maxDatabase {
		return nil, fmt.Errorf("RPM database not read: %d bytes are more than the limit of %d", size, int64(maxDatabase))
	}
	e := extraction{left: maxRecord}
	if err := headers(r, size, e.add); err != nil {
		if len(e.record.Packages) == 0 {
			return nil, fmt.Errorf("RPM database not understood: %w", err)
		}
		e.problem("the database is broken: " + err.Error())
	}
	// Not JSON: names of files are bytes, and need not be UTF-8.
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(e.record); err != nil {
		return nil, fmt.Errorf("noting the packages of an RPM database: %w", err)
	}
	return b.Bytes(), nil
}

// headers calls fn for the header of each package.
func headers(r io.ReaderAt, size int64, fn func([]byte) error) error {
	head := make([]byte, 32)
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte(sqlitefile.Magic)):
		db, err := sqlitefile.Open(r, size)
		if err != nil {
			return err
		}
		return db.Rows("Packages", func(_ int64, columns []sqlitefile.Value) error {
			if len(columns) < 2 {
				return errHeader
			}
			return fn(columns[1].Data)
		})
	case bytes.HasPrefix(head, []byte(ndbMagic)):
		return ndbHeaders(r, size, fn)
	}
	return bdbHeaders(r, size, fn)
}

type extraction struct {
	record record
	left   int64
}

func (e *extraction) problem(reason string) {
	if len(e.record.Problems) < 100 {
		e.record.Problems = append(e.record.Problems, reason)
	}
}

// add takes the header of a package. A broken one does not hide the others.
func (e *extraction) add(blob []byte) error {
	if len(e.record.Packages)+len(e.record.Problems) >= maxPackages {
		return fmt.Errorf("more than %d packages", maxPackages)
	}
	pkg, err := packageOf(blob)
	if err != nil {
		if pkg.Name != "" {
			err = fmt.Errorf("package %s: %w", pkg.Name, err)
		}
		e.problem(err.Error())
	}
	if pkg.Name == "" || pkg.Version == "" || pkg.Name == "gpg-pubkey" {
		return nil // the last are keys, kept like packages
	}
	for _, list := range [][]string{pkg.Files, pkg.Depends, pkg.Provides, pkg.Recommends} {
		for _, s := range list {
			e.left -= int64(len(s)) + 4
		}
	}
	if e.left < 0 {
		return fmt.Errorf("more than %d bytes of names", maxRecord)
	}
	e.record.Packages = append(e.record.Packages, pkg)
	return nil
}

// Parse returns the packages of the databases at the given paths, of which
// Extract made the records. The tree shows changes to a database that are not
// in its file yet. What is malformed is listed.
//
// RPM itself does not keep who asked for a package; all count as Requested.
func Parse(records map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	unknown := func(p, reason string) {
		unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: reason})
	}
	for _, p := range slices.Sorted(maps.Keys(records)) {
		if newer := newerForm(p, records); newer != "" {
			unknown(p, "older form of "+newer+", which is read instead")
			continue
		}
		var rec record
		if err := gob.NewDecoder(bytes.NewReader(records[p])).Decode(&rec); err != nil {
			unknown(p, "record of an RPM database not understood")
			continue
		}
		for _, reason := range rec.Problems {
			unknown(p, reason)
		}
		if f := tree.Find(p + "-wal"); f != nil && f.Size > 0 {
			unknown(f.Path, "latest changes to the RPM database are not read: it was not closed")
		}
		for _, pkg := range rec.Packages {
			pkg.Location, pkg.Requested = p, true
			pkgs = append(pkgs, pkg)
		}
	}
	return pkgs, unknowns
}

// newerForm returns another database in the same directory that is of a newer
// form, or "".
func newerForm(p string, records map[string][]byte) string {
	for _, name := range []string{sqliteName, ndbName} {
		other := path.Join(path.Dir(p), name)
		if other == p {
			return ""
		}
		if _, ok := records[other]; ok && !strings.HasSuffix(p, "/"+name) {
			return other
		}
	}
	return ""
}
