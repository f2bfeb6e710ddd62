package evidence

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/inventory"
)

// buildSections are the archive sections of packages that serve building
// only (Debian's list of sections, debian-policy 2.4).
var buildSections = []string{"devel", "libdevel", "debug", "doc", "introspection"}

// askedFor decides on the packages that the Dockerfile installs by name. A
// package stays when something kept needs it. It goes when the distribution
// files it under building and nothing kept mentions its programs. In doubt it
// stays.
func (c *collector) askedFor() error {
	sources, err := c.sources()
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(c.in.Asked) {
		i, ok := c.byName[name]
		if !ok || c.slim[name] || len(c.needs[i]) > 0 {
			continue
		}
		p := &c.in.Image.Packages[i]
		section := path.Base(p.Section)
		if !slices.Contains(buildSections, section) {
			c.needs[i] = append(c.needs[i], fmt.Sprintf("%s asks for it, and nothing shows that it is for building only", c.in.Asked[name]))
			continue
		}
		if where := c.mention(p, sources); where != "" {
			c.needs[i] = append(c.needs[i], where)
			continue
		}
		c.dropped = append(c.dropped, Drop{
			Name: name, Where: c.in.Asked[name], Bytes: p.Bytes,
			Reason: fmt.Sprintf("section %s, and no kept file links against it, runs it or names it", section),
		})
	}
	return nil
}

// maxSources bounds the number of source files that are searched.
const maxSources = 4000

// sourceSuffixes are the files in which a program may name another one.
var sourceSuffixes = []string{".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".pl", ".conf", ".cfg", ".ini", ".toml", ".yaml", ".yml"}

// sources are the application's own source files: kept, claimed by no
// package.
func (c *collector) sources() (map[string][]byte, error) {
	var paths []string
	for _, p := range sortedPaths(c.kept) {
		f := c.kept[p]
		if f.Kind == inventory.KindFile && f.Owner < 0 && f.Size <= maxScript && slices.Contains(sourceSuffixes, path.Ext(p)) &&
			!strings.Contains(p, "/node_modules/") && !strings.Contains(p, "/site-packages/") {
			paths = append(paths, p)
		}
	}
	paths = paths[:min(len(paths), maxSources)]
	bodies, err := c.in.Read(paths, maxScript)
	if err != nil {
		return nil, fmt.Errorf("reading sources of the image: %w", err)
	}
	return bodies, nil
}

// mention finds a source that holds a program of the package as a quoted
// word, as in subprocess.run(["msgfmt", …]).
func (c *collector) mention(p *inventory.Package, sources map[string][]byte) string {
	for _, prog := range programs(p) {
		for _, name := range sortedKeys(sources) {
			if quoted(sources[name], path.Base(prog)) || bytes.Contains(sources[name], []byte(prog)) {
				return fmt.Sprintf("%s names %s", name, prog)
			}
		}
	}
	return ""
}

// programs are the commands of a package.
func programs(p *inventory.Package) []string {
	var list []string
	for _, f := range p.Files {
		switch path.Dir(f) {
		case "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/games":
			list = append(list, f)
		}
	}
	return list
}

// quoted reports whether the word stands in quotes, alone or followed by
// arguments.
func quoted(text []byte, word string) bool {
	for _, q := range []string{`"`, `'`} {
		if bytes.Contains(text, []byte(q+word+q)) || bytes.Contains(text, []byte(q+word+" ")) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
