package node

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/internal/pkgdb/zipfile"
)

// yarnDir is where yarn, from version 2, keeps what it installed: archives
// in .yarn/cache, and unpacked in .yarn/unplugged what can't run from them.
const yarnDir = "/.yarn/"

// Bounds on one archive. An archive is one package, and seldom some that it
// brings along.
const (
	maxManifest  = 1 << 20
	maxManifests = 1000
)

// archived is a package of an archive.
type archived struct {
	Dir      string          `json:"dir"` // "node_modules/ms"
	Manifest json.RawMessage `json:"manifest"`
}

// WantsArchive says whether the file at p is one of yarn's archives.
func WantsArchive(p string) bool {
	dir := path.Dir(p)
	return path.Ext(p) == ".zip" && path.Base(dir) == "cache" && (strings.HasSuffix(dir, "/.yarn/cache") || strings.HasSuffix(dir, "/.yarn/berry/cache"))
}

// ExtractArchive returns the package.json files of the packages in an archive,
// in a form for Parse.
func ExtractArchive(r io.ReaderAt, size int64) ([]byte, error) {
	var out []archived
	err := zipfile.Walk(r, size, func(m *zipfile.Member) error {
		if m.Base() != manifest || !isPackageDir(path.Dir("/"+m.Name)) {
			return nil
		}
		if len(out) == maxManifests {
			return fmt.Errorf("more than %d packages", maxManifests)
		}
		data, err := m.Read(maxManifest)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		if !json.Valid(data) {
			return fmt.Errorf("%s is no JSON", m.Name)
		}
		out = append(out, archived{path.Dir(m.Name), data})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("yarn's archive not understood: %w", err)
	}
	slices.SortFunc(out, func(a, b archived) int { return strings.Compare(a.Dir, b.Dir) })
	return json.Marshal(out)
}

// archives takes the packages in yarn's archives. The outermost one claims
// the archive; others are inside.
func (db *database) archives(records map[string][]byte) {
	for _, p := range slices.Sorted(maps.Keys(records)) {
		var list []archived
		if err := json.Unmarshal(records[p], &list); err != nil || len(list) == 0 {
			db.unknown(p, "archive of yarn without a package")
			continue
		}
		// The global cache belongs to no project.
		project, _, _ := strings.Cut(p, yarnDir)
		for i, a := range list {
			installed := ("/" + a.Dir)[strings.LastIndex("/"+a.Dir, modules)+len(modules):]
			pkg, problem := describe(a.Manifest, installed)
			pkg.Location = p + "!/" + a.Dir
			if problem != "" {
				db.unknown(pkg.Location+"/"+manifest, problem)
			}
			if pkg.Name == "" {
				continue
			}
			if i == 0 {
				pkg.Files, pkg.Requested = []string{p}, db.requested(project, installed)
			} else {
				pkg.Inside = p
			}
			db.put(pkg)
		}
	}
}
