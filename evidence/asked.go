package evidence

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"

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
	c.calls(sources)
	for _, name := range slices.Sorted(maps.Keys(c.in.Asked)) {
		i, ok := c.byName[name]
		if !ok || c.slim[name] || len(c.needs[i]) > 0 {
			continue
		}
		p := &c.in.Image.Packages[i]
		section := path.Base(p.Section)
		why := "section " + section
		if dev := c.developing(p); dev != "" && !slices.Contains(buildSections, section) {
			why = "it depends on " + dev
		} else if dev == "" && !slices.Contains(buildSections, section) {
			c.doubt[i] = true
			c.needs[i] = append(c.needs[i], fmt.Sprintf("%s asks for it, and nothing shows that it is for building only", c.in.Asked[name]))
			continue
		}
		if where := c.mention(p, sources); where != "" {
			c.needs[i] = append(c.needs[i], where)
			continue
		}
		c.dropped = append(c.dropped, Drop{
			Name: name, Where: c.in.Asked[name], Bytes: p.Bytes,
			Reason: why + ", and no kept file links against it, runs it or names it",
		})
	}
	return nil
}

// developing is a direct dependency of a package that holds headers: who
// needs those compiles. It is "" when there is none.
func (c *collector) developing(p *inventory.Package) string {
	for _, name := range p.Depends {
		if i, ok := c.byName[name]; ok && path.Base(c.in.Image.Packages[i].Section) == "libdevel" {
			return name
		}
	}
	return ""
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
			!library(p) {
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
		for _, name := range slices.Sorted(maps.Keys(sources)) {
			if quoted(sources[name], path.Base(prog)) || bytes.Contains(sources[name], []byte(prog)) {
				return fmt.Sprintf("%s names %s", name, prog)
			}
		}
	}
	return ""
}

// call is a call in a program's source that runs another program, in the
// forms of Python, JavaScript, Ruby, PHP and Perl; the first group is the
// program.
var call = regexp.MustCompile(`\b(?:run|call|check_call|check_output|getoutput|Popen|popen|popen2e?|popen3|capture[23]e?|system|which|exec[a-zA-Z]*|spawn[a-zA-Z]*|shell_exec|passthru|create_subprocess_exec|create_subprocess_shell)\(\s*\[?\s*[rbf]?["']([A-Za-z0-9._+/-]+)`)

// calls notes the programs that sources run by a fixed name.
func (c *collector) calls(sources map[string][]byte) {
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		for _, m := range call.FindAllSubmatch(sources[name], -1) {
			c.program(string(m[1]), name+" calls it")
		}
	}
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
