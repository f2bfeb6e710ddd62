// Package junk knows what lies about in build contexts that no image needs:
// histories, environments of the machine it is on, caches, outputs, logs.
package junk

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"schlank/rule"
	"schlank/rules/security/secret"
)

// Kind says what a path of that name holds, "" for what an image may need.
func Kind(name string) string {
	switch base := path.Base(name); base {
	case ".git", ".hg", ".svn":
		return "the history of the sources"
	case "node_modules", "bower_components":
		return "packages installed for another machine"
	case ".venv", "venv", "virtualenv":
		return "a virtual environment of another machine"
	case "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".cache", ".parcel-cache", ".turbo", ".gradle", ".eggs":
		return "a cache"
	case ".next", ".nuxt", ".svelte-kit", ".terraform", "htmlcov", ".nyc_output", "coverage":
		return "an output of tools"
	case ".idea", ".vscode", ".DS_Store", "Thumbs.db":
		return "settings of an editor"
	default:
		if strings.HasSuffix(base, ".log") || strings.HasSuffix(base, ".swp") || strings.HasSuffix(base, ".pyc") {
			return "a trace of a program"
		}
	}
	return ""
}

// Output reports whether a directory of that name holds what a build makes.
func Output(name string) bool {
	switch path.Base(name) {
	case "target", "dist", "build", "out", "bin", "obj":
		return true
	}
	return false
}

// Found is a path of a context that no image needs.
type Found struct {
	Path, Kind string
	Size       int64
	Secret     bool
}

// The bounds of a walk.
const (
	maxDepth   = 6
	maxEntries = 5000
)

// In lists what lies about below a directory of a context and is not left out,
// the largest first. Builds says that the file makes outputs itself.
func In(c rule.Context, dir string, builds bool) []Found {
	w := walk{context: c, builds: builds}
	w.look(dir, 0)
	slices.SortStableFunc(w.out, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), strings.Compare(a.Path, b.Path))
	})
	return w.out
}

type walk struct {
	context rule.Context
	builds  bool
	entries int
	out     []Found
}

func (w *walk) look(dir string, depth int) {
	for _, base := range w.context.List(dir) {
		if w.entries++; w.entries > maxEntries {
			return
		}
		name := path.Join(dir, base)
		if w.context.Ignored(name) {
			continue
		}
		kind := Kind(name)
		if kind == "" && depth == 0 && w.builds && Output(name) && len(w.context.List(name)) > 0 {
			kind = "an output of a build"
		}
		if kind != "" {
			w.found(name, kind, false)
			continue
		}
		// Only what is reported is weighed: that costs more than a look.
		if depth < maxDepth && len(w.context.List(name)) > 0 {
			w.look(name, depth+1)
		} else if kind := secret.File(name); kind != "" {
			w.found(name, kind, true)
		}
	}
}

// found notes a path with its size.
func (w *walk) found(name, kind string, hidden bool) {
	if info, ok := w.context.Stat(name); ok && !(hidden && info.Dir) {
		w.out = append(w.out, Found{Path: name, Kind: kind, Size: info.Size, Secret: hidden})
	}
}
