// Package buildcontext lists the files of a build context as the build sees
// them, and finds what would make sending them fail. It is the door to
// moby/patternmatcher.
package buildcontext

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"schlank/internal/bounded"
)

// IgnoreName is the ignore file of a context.
const IgnoreName = ".dockerignore"

// maxIgnore bounds an ignore file and maxRead a file that Read returns, in
// bytes; maxFiles bounds the listing.
const (
	maxIgnore = 1 << 20
	maxRead   = 4 << 20
	maxFiles  = 500_000
)

// Context is a listed build context.
type Context struct {
	dir string
	// Files are the regular files and links that are not ignored, as
	// slash-separated relative paths, sorted.
	Files []string
	// HasIgnore says that the context has an ignore file of its own.
	HasIgnore bool
}

// ProblemError is a path that cannot be part of a build.
type ProblemError struct {
	Path, Problem, Hint string
}

func (e *ProblemError) Error() string {
	return fmt.Sprintf("%s: %s (%s)", e.Path, e.Problem, e.Hint)
}

// Open lists a context. ignore, when not nil, takes the place of the
// context's own ignore file.
func Open(dir string, ignore []byte) (*Context, error) {
	c := &Context{dir: dir}
	if ignore == nil {
		b, err := bounded.ReadFile(filepath.Join(dir, IgnoreName), maxIgnore)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading %s: %w", IgnoreName, err)
		}
		c.HasIgnore = err == nil
		ignore = b
	} else {
		c.HasIgnore = true
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(ignore))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", IgnoreName, err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, &ProblemError{filepath.Join(dir, IgnoreName), err.Error(), "correct the pattern"}
	}
	return c, c.walk(m)
}

// walk lists the files. A directory that is ignored is not entered unless a
// pattern with "!" may take something in it back.
func (c *Context) walk(m *patternmatcher.PatternMatcher) error {
	err := filepath.WalkDir(c.dir, func(p string, d fs.DirEntry, err error) error {
		if p == c.dir {
			return err
		}
		rel, rerr := filepath.Rel(c.dir, p)
		if rerr != nil {
			return rerr
		}
		rel = filepath.ToSlash(rel)
		skip, merr := m.MatchesOrParentMatches(rel)
		if merr != nil {
			return merr
		}
		if skip {
			if d != nil && d.IsDir() && !m.Exclusions() {
				return filepath.SkipDir
			}
			return nil
		}
		if err != nil {
			return &ProblemError{p, "cannot be read: " + cause(err), "change its permissions, or exclude it in " + IgnoreName}
		}
		return c.add(p, rel, d)
	})
	if err != nil {
		return fmt.Errorf("build context: %w", err)
	}
	return nil
}

func (c *Context) add(p, rel string, d fs.DirEntry) error {
	switch {
	case d.IsDir():
		return nil
	case d.Type()&(fs.ModeSocket|fs.ModeNamedPipe|fs.ModeDevice) != 0:
		return &ProblemError{p, "is a " + kindName(d.Type()) + ", which no image can hold", "exclude it in " + IgnoreName}
	case d.Type().IsRegular():
		f, err := os.Open(p)
		if err != nil {
			return &ProblemError{p, "cannot be read: " + cause(err), "change its permissions, or exclude it in " + IgnoreName}
		}
		f.Close()
	}
	if len(c.Files) == maxFiles {
		return &ProblemError{c.dir, fmt.Sprintf("holds more than %d files", maxFiles), "exclude what the build does not need in " + IgnoreName}
	}
	c.Files = append(c.Files, rel)
	return nil
}

func kindName(m fs.FileMode) string {
	switch {
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	}
	return "device"
}

func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Read returns a file of the context, by its path in Files. Links out of the
// context and files above 4 MB are not read.
func (c *Context) Read(name string) ([]byte, bool) {
	if strings.Contains(name, "..") && !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, false
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, false
	}
	defer f.Close()
	b, err := bounded.Read(f, name, maxRead)
	return b, err == nil
}
