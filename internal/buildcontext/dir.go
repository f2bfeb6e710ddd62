package buildcontext

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"schlank/internal/bounded"
)

// Dir is a build context that is looked into as questions come, and never
// read as a whole. Paths are slash separated and relative to it; what links
// lead out of it is not there. It may be used by several goroutines.
type Dir struct {
	root      *os.Root
	text      string
	hasIgnore bool
	ignore    Ignore

	mu    sync.Mutex
	sizes map[string]int64
	left  int // entries that may still be visited to sum sizes up
}

// maxVisits bounds the work of all sums together.
const maxVisits = 200_000

// OpenDir opens a build context. The ignore file is ignoreFile if that exists
// (the one that goes with a Dockerfile of its own name), else the context's
// own; one that cannot be understood leaves nothing out.
func OpenDir(dir, ignoreFile string) (*Dir, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root, sizes: map[string]int64{}, left: maxVisits}
	for _, name := range []string{ignoreFile, filepath.Join(dir, IgnoreName)} {
		text, err := bounded.ReadFile(name, maxIgnore)
		if err != nil {
			continue
		}
		d.text, d.hasIgnore = string(text), true
		if i, err := ParseIgnore(d.text); err == nil {
			d.ignore = i
		}
		break
	}
	return d, nil
}

// Close ends the use of the directory.
func (d *Dir) Close() error { return d.root.Close() }

// Ignore is the text of the ignore file, and whether there is one.
func (d *Dir) Ignore() (string, bool) { return d.text, d.hasIgnore }

// Ignored reports whether the ignore file leaves a path out.
func (d *Dir) Ignored(name string) bool { return d.ignore.Ignored(path.Clean(name)) }

// Stat reports whether there is a file or directory of that path, and its
// size in bytes: for a directory the sum of the files in it that are not
// left out. The sum of a huge directory is less than that.
func (d *Dir) Stat(name string) (dir bool, size int64, ok bool) {
	info, err := d.root.Stat(local(name))
	if err != nil {
		return false, 0, false
	}
	if !info.IsDir() {
		return false, info.Size(), true
	}
	return true, d.sum(path.Clean(name)), true
}

// sum adds up the files below a directory.
func (d *Dir) sum(dir string) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.sizes[dir]; ok {
		return n
	}
	var total int64
	// Errors are of single files; what cannot be read does not count.
	_ = fs.WalkDir(d.root.FS(), dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // see above
		}
		if d.left--; d.left < 0 {
			return fs.SkipAll
		}
		if p != dir && d.ignore.Ignored(p) {
			// A pattern with ! may bring files of an ignored directory
			// back, which the sum of a size can do without.
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	d.sizes[dir] = total
	return total
}

// Read is the content of a file of at most 4 MiB.
func (d *Dir) Read(name string) ([]byte, bool) {
	f, err := d.root.Open(local(name))
	if err != nil {
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxRead {
		return nil, false
	}
	b, err := io.ReadAll(io.LimitReader(f, maxRead))
	return b, err == nil
}

// List is the names in a directory, sorted; none of what is no directory.
func (d *Dir) List(dir string) []string {
	entries, err := fs.ReadDir(d.root.FS(), path.Clean(dir))
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for k, e := range entries {
		names[k] = e.Name()
	}
	slices.Sort(names)
	return names
}

// local is a path of the context as the system writes it.
func local(name string) string { return filepath.FromSlash(path.Clean(name)) }
