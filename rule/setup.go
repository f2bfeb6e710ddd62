package rule

import (
	"path"
	"slices"
	"strings"

	"schlank/internal/buildcontext"
)

// Context is the build context that the setup describes, nil when it describes
// none. An ignore file that can't be read leaves nothing out.
func (s Setup) Context() Context {
	if s.Ignore == nil && s.Files == nil {
		return nil
	}
	c := memory{files: s.Files, text: s.Ignore}
	if s.Ignore != nil {
		c.ignore, _ = buildcontext.ParseIgnore(*s.Ignore)
	}
	return c
}

// memory is a build context of files in memory.
type memory struct {
	files  map[string]string
	text   *string
	ignore buildcontext.Ignore
}

func (m memory) Ignore() (string, bool) {
	if m.text == nil {
		return "", false
	}
	return *m.text, true
}

func (m memory) Ignored(name string) bool { return m.ignore.Ignored(path.Clean(name)) }

func (m memory) Stat(name string) (Info, bool) {
	name = path.Clean(name)
	if text, ok := m.files[name]; ok {
		return Info{Size: int64(len(text))}, true
	}
	dir := Info{Dir: true}
	found := name == "."
	for file, text := range m.files {
		if name == "." || strings.HasPrefix(file, name+"/") {
			found = true
			if !m.Ignored(file) {
				dir.Size += int64(len(text))
			}
		}
	}
	return dir, found
}

func (m memory) Read(name string) ([]byte, bool) {
	text, ok := m.files[path.Clean(name)]
	return []byte(text), ok
}

func (m memory) List(dir string) []string {
	dir = path.Clean(dir)
	var out []string
	for file := range m.files {
		rest := file
		if dir != "." {
			var in bool
			if rest, in = strings.CutPrefix(file, dir+"/"); !in {
				continue
			}
		}
		name, _, _ := strings.Cut(rest, "/")
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
