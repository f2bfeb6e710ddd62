package image

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// The files in which a system lists the directories of its libraries.
const (
	ldConf      = "/etc/ld.so.conf"
	muslPaths   = "/etc/ld-musl-*.path"
	maxLdConf   = 1 << 20
	maxIncludes = 8
)

// isLoaderConf says whether a file is one of those that loaders are configured
// by, where they lie by custom. Includes may name others.
func isLoaderConf(p string) bool {
	if dir, base := path.Split(p); dir == "/etc/" {
		return p == ldConf || strings.HasPrefix(base, "ld-musl-") && strings.HasSuffix(base, ".path")
	}
	return path.Dir(p) == ldConf+".d"
}

// addLoaderDirs fills in the directories that the image tells its loaders to
// search. files are contents of the tree that were kept.
func (s *Source) addLoaderDirs(ctx context.Context, r *result, files map[string][]byte) error {
	c := loaderConf{tree: r.img.Tree, files: map[string][]byte{}}
	for range maxIncludes {
		c.dirs, c.missing = nil, nil
		c.read(ldConf, 0)
		for _, p := range c.glob(muslPaths) {
			for dir := range strings.FieldsFuncSeq(string(c.content(p)), func(r rune) bool { return r == ':' || r == '\n' }) {
				c.add(dir)
			}
		}
		if len(c.missing) == 0 {
			break
		}
		if err := s.fetch(ctx, r, &c, files); err != nil {
			return err
		}
	}
	r.img.LoaderDirs = c.dirs
	return nil
}

// fetch gets the contents that were missing: nearly always they were kept
// when the layers streamed by.
func (s *Source) fetch(ctx context.Context, r *result, c *loaderConf, kept map[string][]byte) error {
	var again []string
	for _, p := range c.missing {
		c.files[p] = nil // asked for once
		f, _ := c.tree.Resolve(p)
		if f == nil || f.Kind != inventory.KindFile && f.Kind != inventory.KindHardlink {
			continue
		}
		if body, ok := kept[f.Path]; ok {
			c.files[p] = body
			continue
		}
		if contentSize(c.tree, f) > maxLdConf {
			r.img.Unknowns = append(r.img.Unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "loader configuration of more than 1 MiB not read"})
			continue
		}
		again = append(again, p)
	}
	more, err := s.readFiles(ctx, r, again, maxLdConf)
	maps.Copy(c.files, more)
	return err
}

type loaderConf struct {
	tree  inventory.Tree
	files map[string][]byte
	// missing are the paths of contents that were asked for in vain.
	missing []string
	dirs    []string
}

// content returns what is in a file, as far as it is here already.
func (c *loaderConf) content(p string) []byte {
	body, ok := c.files[p]
	if !ok {
		c.missing = append(c.missing, p)
	}
	return body
}

// read takes one file of ldconfig(8)'s form. Includes in a circle end at the
// bound.
func (c *loaderConf) read(p string, depth int) {
	if depth > maxIncludes {
		return
	}
	for line := range strings.Lines(string(c.content(p))) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0, words[0] == "hwcap":
		case words[0] == "include":
			for _, pattern := range words[1:] {
				if !strings.HasPrefix(pattern, "/") {
					pattern = path.Join(path.Dir(p), pattern)
				}
				for _, f := range c.glob(pattern) {
					c.read(f, depth+1)
				}
			}
		default:
			for dir := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n:,", r) }) {
				c.add(dir)
			}
		}
	}
}

// add keeps a directory at its first mention. Old files say "dir=type".
func (c *loaderConf) add(dir string) {
	dir, _, _ = strings.Cut(dir, "=")
	if dir = path.Clean(dir); strings.HasPrefix(dir, "/") && !slices.Contains(c.dirs, dir) {
		c.dirs = append(c.dirs, dir)
	}
}

// glob returns the paths of the tree that match, sorted.
func (c *loaderConf) glob(pattern string) []string {
	if !strings.ContainsAny(pattern, `*?[\`) {
		return []string{pattern}
	}
	fixed := path.Dir(pattern[:strings.IndexAny(pattern, `*?[\`)])
	var out []string
	for _, f := range c.tree.Under(fixed) {
		if ok, err := path.Match(pattern, f.Path); ok && err == nil && f.Kind != inventory.KindDir {
			out = append(out, f.Path)
		}
	}
	slices.Sort(out)
	return out
}
