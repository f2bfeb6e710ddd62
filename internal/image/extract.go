package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"schlank/inventory"
)

// ExtractOptions say how files are written.
type ExtractOptions struct {
	// Overwrite replaces files that exist. Without it an existing one is an
	// error, before anything is written.
	Overwrite bool
}

// Extracted says what an extraction did.
type Extracted struct {
	// Files are regular files, Dirs directories, Links symbolic links; hard
	// links count as files.
	Files, Dirs, Links int
	// Bytes is the sum of the sizes of the files.
	Bytes int64
	// Skipped lists what could not be written, and why.
	Skipped []inventory.Unknown
}

// Extract writes paths of the final tree, and all that lies below them, under
// the directory dest, which is made if need be: /etc/passwd becomes
// dest/etc/passwd. Links in the directories of a path are followed inside the
// image, a link at its end is written as a link. Links keep their texts, so an
// absolute one leads to this machine's files; nothing is written through any
// link out of dest. Devices, pipes, owners and set-user-id bits are left out.
//
// On an error files of this extraction may be left in dest, each of them
// whole.
func (s *Source) Extract(ctx context.Context, paths []string, dest string, opt ExtractOptions) (*Extracted, error) {
	r, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	files, err := selected(r.img.Tree, paths)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dest, 0o755); err != nil {
		return nil, fmt.Errorf("extracting: %w", err)
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return nil, fmt.Errorf("extracting: %w", err)
	}
	defer root.Close()
	x := &extraction{root: root, overwrite: opt.Overwrite}
	if err := x.write(ctx, s, r, files); err != nil {
		return nil, fmt.Errorf("extracting to %s: %w", dest, err)
	}
	return &x.done, nil
}

// WriteFile writes the content of one file of the final tree to w; links are
// followed, inside the image.
func (s *Source) WriteFile(ctx context.Context, p string, w io.Writer) error {
	r, err := s.load(ctx)
	if err != nil {
		return err
	}
	f, _ := r.img.Tree.Resolve(p)
	switch {
	case f == nil:
		return fmt.Errorf("%s: %w in the image", p, fs.ErrNotExist)
	case f.Kind != inventory.KindFile && f.Kind != inventory.KindHardlink:
		return fmt.Errorf("%s is no regular file", p)
	}
	want := s.newWants()
	want.add(r, f, func(body io.Reader) error {
		_, err := io.Copy(w, body)
		return err
	})
	return s.bodies(ctx, want)
}

// selected are the files that paths name, with all below, in path order.
func selected(tree inventory.Tree, paths []string) ([]*inventory.File, error) {
	taken := map[string]bool{}
	var files []*inventory.File
	for _, p := range paths {
		f := tree.Locate(p)
		if f == nil {
			return nil, fmt.Errorf("%s: %w in the image", p, fs.ErrNotExist)
		}
		below := tree.Under(f.Path)
		for i := range below {
			if !taken[below[i].Path] {
				taken[below[i].Path] = true
				files = append(files, &below[i])
			}
		}
	}
	slices.SortFunc(files, func(a, b *inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return files, nil
}

// extraction writes into one directory.
type extraction struct {
	root      *os.Root
	overwrite bool
	done      Extracted
}

// local is where a path of the image lies in the directory.
func local(p string) string {
	if p == "/" {
		return "."
	}
	return filepath.FromSlash(strings.TrimPrefix(p, "/"))
}

func (x *extraction) skip(f *inventory.File, reason string) {
	x.done.Skipped = append(x.done.Skipped, inventory.Unknown{Layer: f.Layer, Path: f.Path, Reason: reason})
}

// write makes directories first, then files, and links last, so that no link
// of the image is there while files are written.
func (x *extraction) write(ctx context.Context, s *Source, r *result, files []*inventory.File) error {
	files = slices.DeleteFunc(files, func(f *inventory.File) bool {
		if f.Kind == inventory.KindDevice || f.Kind == inventory.KindFifo {
			x.skip(f, "devices and pipes are not extracted")
			return true
		}
		if !filepath.IsLocal(local(f.Path)) {
			x.skip(f, "name that this system does not allow")
			return true
		}
		return false
	})
	if err := x.check(files); err != nil {
		return err
	}
	want := s.newWants()
	var again []*inventory.File // hard links to files of this extraction
	firsts := map[string]bool{}
	for _, f := range files {
		switch f.Kind {
		case inventory.KindDir:
			if err := x.root.MkdirAll(local(f.Path), f.Mode.Perm()|0o700); err != nil {
				return err
			}
			x.done.Dirs++
			continue
		case inventory.KindFile:
			firsts[f.Path] = true
		}
		if err := x.root.MkdirAll(local(path.Dir(f.Path)), 0o755); err != nil {
			return err
		}
	}
	for _, f := range files {
		switch {
		case f.Kind == inventory.KindHardlink && firsts[f.Link]:
			again = append(again, f)
		case f.Kind == inventory.KindFile, f.Kind == inventory.KindHardlink:
			want.add(r, f, func(body io.Reader) error { return x.file(f, body) })
		}
	}
	if err := s.bodies(ctx, want); err != nil {
		return err
	}
	for _, f := range again {
		if err := x.link(f, func(at string) error { return x.root.Link(local(f.Link), at) }); err != nil {
			return err
		}
		x.done.Files++
	}
	for _, f := range files {
		if f.Kind == inventory.KindSymlink {
			if err := x.link(f, func(at string) error { return x.root.Symlink(f.Link, at) }); err != nil {
				return err
			}
			x.done.Links++
		}
	}
	return nil
}

// check finds what exists before anything is written.
func (x *extraction) check(files []*inventory.File) error {
	var there []string
	for _, f := range files {
		info, err := x.root.Lstat(local(f.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case f.Kind == inventory.KindDir && info.IsDir():
		case f.Kind == inventory.KindDir, info.IsDir():
			return fmt.Errorf("%s: a directory would have to be replaced, or to replace something", f.Path)
		case !x.overwrite:
			there = append(there, f.Path)
		}
	}
	switch n := len(there); {
	case n == 0:
		return nil
	case n > 3:
		return fmt.Errorf("%s and %d more: %w", strings.Join(there[:3], ", "), n-3, fs.ErrExist)
	}
	return fmt.Errorf("%s: %w", strings.Join(there, ", "), fs.ErrExist)
}

// file writes a regular file. One that can't be written whole is removed.
func (x *extraction) file(f *inventory.File, body io.Reader) error {
	at := local(f.Path)
	if err := x.clear(at); err != nil {
		return err
	}
	w, err := x.root.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.Mode.Perm())
	if err != nil {
		return err
	}
	n, err := io.Copy(w, body)
	if err = errors.Join(err, w.Close()); err != nil {
		return errors.Join(err, x.root.Remove(at))
	}
	x.done.Files++
	x.done.Bytes += n
	when := time.Unix(f.ModTime, 0)
	return x.root.Chtimes(at, when, when)
}

// link makes a symbolic or hard link.
func (x *extraction) link(f *inventory.File, create func(at string) error) error {
	at := local(f.Path)
	if err := x.clear(at); err != nil {
		return err
	}
	return create(at)
}

// clear removes what is to be overwritten, so that nothing is written through
// it.
func (x *extraction) clear(at string) error {
	if !x.overwrite {
		return nil
	}
	if err := x.root.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
