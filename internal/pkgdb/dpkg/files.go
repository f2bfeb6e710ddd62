package dpkg

import (
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// listOf returns the files a package brought, sorted, without directories.
func (db *database) listOf(pkg *inventory.Package) []string {
	if pkg.Location != StatusFile {
		// Without dpkg the list is that of the checksums beside the stanza.
		sums, ok := db.files[pkg.Location+".md5sums"]
		if !ok {
			db.unknown(pkg.Location, "package "+pkg.Name+" has no list of files beside it")
			return nil
		}
		return filesOf(checksummed(string(sums)))
	}
	for _, base := range []string{pkg.Name + ":" + pkg.Architecture, pkg.Name} {
		p := path.Join(InfoDir, base+".list")
		if list, ok := db.files[p]; ok {
			return filesOf(strings.Split(string(list), "\n"))
		}
	}
	db.unknown(StatusFile, "package "+pkg.Name+" has no list of files in "+InfoDir)
	return nil
}

// checksummed returns the paths of "md5  path" lines.
func checksummed(sums string) []string {
	var out []string
	for line := range strings.Lines(sums) {
		if _, p, ok := strings.Cut(line, " "); ok {
			out = append(out, strings.TrimLeft(p, " *"))
		}
	}
	return out
}

// filesOf cleans and sorts paths and drops those that others lie in.
func filesOf(lines []string) []string {
	paths := make([]string, 0, len(lines))
	for _, l := range lines {
		l = strings.TrimRight(l, "\r\n")
		if l == "" {
			continue
		}
		if p := path.Clean("/" + l); p != "/" {
			paths = append(paths, p)
		}
	}
	slices.SortFunc(paths, inventory.ComparePaths)
	paths = slices.Compact(paths)
	files := paths[:0]
	for i, p := range paths {
		isDir := i+1 < len(paths) && strings.HasPrefix(paths[i+1], p+"/")
		if !isDir {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	return files
}

// divert applies dpkg-divert(1): a file that another package or the
// administrator has set aside lies under its other name.
func (db *database) divert() {
	data := db.files[DiversionsFile]
	if len(data) == 0 {
		return
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines)%3 != 0 {
		db.unknown(DiversionsFile, "number of lines is no multiple of three")
	}
	type diversion struct{ to, by string }
	diverted := map[string]diversion{}
	for ; len(lines) >= 3; lines = lines[3:] {
		diverted[lines[0]] = diversion{path.Clean("/" + lines[1]), lines[2]}
	}
	for i := range db.packages {
		p := &db.packages[i]
		for j, f := range p.Files {
			if d, ok := diverted[f]; ok && d.by != p.Name {
				p.Files[j] = d.to
			}
		}
		slices.Sort(p.Files)
		p.Files = slices.Compact(p.Files)
	}
}
