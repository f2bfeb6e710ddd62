package image

import (
	"context"
	"path"
	"slices"
	"strings"
)

// The files in which a system lists the directories of its libraries.
const (
	ldConf      = "/etc/ld.so.conf"
	muslPaths   = "/etc/ld-musl-*.path"
	maxLdConf   = 1 << 20
	maxIncludes = 8
)

// LoaderDirs returns the directories that the image tells its dynamic loader
// to search: /etc/ld.so.conf with what it includes, and musl's path files.
// It is what inventory.NewLoader asks for.
func (s *Source) LoaderDirs(ctx context.Context) ([]string, error) {
	img, err := s.Inventory(ctx)
	if err != nil {
		return nil, err
	}
	// What includes may name is read in one go: by custom it lies in /etc.
	var candidates []string
	for _, f := range img.Tree.Under("/etc") {
		if strings.HasSuffix(f.Path, ".conf") || strings.HasSuffix(f.Path, ".path") {
			candidates = append(candidates, f.Path)
		}
	}
	files, err := s.ReadFiles(ctx, candidates, maxLdConf)
	if err != nil {
		return nil, err
	}
	c := loaderConf{files: files}
	c.read(ldConf, 0)
	for _, p := range c.glob(muslPaths) {
		for dir := range strings.FieldsFuncSeq(string(files[p]), func(r rune) bool { return r == ':' || r == '\n' }) {
			c.add(dir)
		}
	}
	return c.dirs, nil
}

type loaderConf struct {
	files map[string][]byte
	dirs  []string
}

// read takes one file of ldconfig(8)'s form. Includes in a circle end at the
// bound.
func (c *loaderConf) read(p string, depth int) {
	if depth > maxIncludes {
		return
	}
	for line := range strings.Lines(string(c.files[p])) {
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

// glob returns the files that were read and match, sorted.
func (c *loaderConf) glob(pattern string) []string {
	var out []string
	for p := range c.files {
		if ok, err := path.Match(pattern, p); ok && err == nil {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}
