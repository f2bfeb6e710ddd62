// Package ruby finds installed gems by the specifications that RubyGems
// writes, and reads what Bundler was asked for. It is pure and imports package
// inventory only.
package ruby

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"schlank/inventory"
)

const (
	specifications = "specifications"
	specEnding     = ".gemspec"
	lockFile       = "Gemfile.lock"
)

// Wants says whether Parse has use for the file at p: a specification of an
// installed gem, or Bundler's lock file. The specification in a gem's own
// directory is a program and no record.
func Wants(p string) bool {
	if path.Base(p) == lockFile {
		// Not the lock files that gems bring along.
		return !strings.Contains(p, "/gems/")
	}
	return strings.HasSuffix(p, specEnding) && home(p) != ""
}

// home returns the directory of a gem repository that a specification lies
// in, "" for other files: HOME/specifications/x.gemspec, or one deeper for the
// gems that come with Ruby.
func home(spec string) string {
	dir := path.Dir(spec)
	if path.Base(dir) == "default" {
		dir = path.Dir(dir)
	}
	if path.Base(dir) != specifications {
		return ""
	}
	return path.Dir(dir)
}

// Parse reads the gems whose specifications are in files, which maps absolute
// paths to contents. The tree tells which files they own. What is malformed
// is listed.
//
// RubyGems does not keep who asked for a gem. Where there are lock files of
// Bundler, what these name counts as Requested; else what no other gem needs.
func Parse(files map[string][]byte, tree inventory.Tree) ([]inventory.Package, []inventory.Unknown) {
	var pkgs []inventory.Package
	var unknowns []inventory.Unknown
	asked := map[string]bool{}
	locked := false
	for _, p := range slices.Sorted(maps.Keys(files)) {
		switch {
		case !Wants(p):
		case path.Base(p) == lockFile:
			locked = true
			for _, name := range lockedNames(string(files[p])) {
				asked[name] = true
			}
		default:
			s := parseSpec(string(files[p]))
			if s.name == "" || s.version == "" || strings.Contains(s.fullName(), "/") {
				unknowns = append(unknowns, inventory.Unknown{Layer: -1, Path: p, Reason: "specification of a gem without name or version"})
				continue
			}
			pkgs = append(pkgs, s.toPackage(p, tree))
		}
	}
	needed := map[string]bool{}
	for i := range pkgs {
		for _, name := range pkgs[i].Depends {
			needed[name] = true
		}
	}
	for i := range pkgs {
		p := &pkgs[i]
		p.Requested = locked && asked[p.Name] || !locked && !needed[p.Name]
	}
	return pkgs, unknowns
}

// spec is what a specification says.
type spec struct {
	name, version, platform string
	depends, executables    []string
}

// The assignments and calls in a specification, as RubyGems writes them.
var (
	assigned   = regexp.MustCompile(`^  s\.(name|version|platform|executables) = (.*)$`)
	dependency = regexp.MustCompile(`^ +s\.add_(?:runtime_)?dependency\(%q<([^>]+)>`)
	quoted     = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// parseSpec reads a specification without running it.
func parseSpec(text string) spec {
	s := spec{platform: "ruby"}
	otherwise := false // in the branch for versions of RubyGems before 2010
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "else" {
			otherwise = true
		}
		if m := dependency.FindStringSubmatch(line); m != nil && !otherwise {
			s.depends = append(s.depends, m[1])
		}
		m := assigned.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		values := quoted.FindAllStringSubmatch(m[2], -1)
		if len(values) == 0 {
			continue
		}
		switch m[1] {
		case "name":
			s.name = values[0][1]
		case "version":
			s.version = values[0][1]
		case "platform":
			s.platform = values[0][1]
		case "executables":
			for _, v := range values {
				s.executables = append(s.executables, v[1])
			}
		}
	}
	slices.Sort(s.depends)
	s.depends = slices.Compact(s.depends)
	return s
}

// fullName is the name that the gem's files go by.
func (s spec) fullName() string {
	full := s.name + "-" + s.version
	if s.platform != "ruby" {
		full += "-" + s.platform
	}
	return full
}

// toPackage makes the package of the specification at p.
func (s spec) toPackage(p string, tree inventory.Tree) inventory.Package {
	pkg := inventory.Package{
		Type: inventory.Ruby, Name: s.name, Version: s.version, Depends: s.depends, Location: p, Files: []string{p},
	}
	if s.platform != "ruby" {
		pkg.Architecture = s.platform
	}
	dir, full := home(p), s.fullName()
	take := func(at string) {
		for _, f := range tree.Under(at) {
			if f.Kind != inventory.KindDir {
				pkg.Files = append(pkg.Files, f.Path)
			}
		}
	}
	take(path.Join(dir, "gems", full))
	take(path.Join(dir, "cache", full+".gem"))
	take(path.Join(dir, "build_info", full+".info"))
	take(path.Join(dir, "doc", full))
	for _, e := range s.executables {
		take(path.Join(dir, "bin", path.Base(e)))
	}
	for _, ext := range extensions(dir, full, tree) {
		take(ext)
	}
	slices.Sort(pkg.Files)
	pkg.Files = slices.Compact(pkg.Files)
	return pkg
}

// extensions lists HOME/extensions/PLATFORM/API/NAME-VERSION, where compiled
// parts are.
func extensions(dir, full string, tree inventory.Tree) []string {
	var out []string
	root := path.Join(dir, "extensions")
	for _, f := range tree.Under(root) {
		if f.Kind == inventory.KindDir && path.Base(f.Path) == full && strings.Count(strings.TrimPrefix(f.Path, root), "/") == 3 {
			out = append(out, f.Path)
		}
	}
	return out
}

// lockedNames lists the gems that a Gemfile names: the section DEPENDENCIES of
// its lock file.
func lockedNames(text string) []string {
	var out []string
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && line[0] != ' ' {
			inside = line == "DEPENDENCIES"
			continue
		}
		if fields := strings.Fields(line); inside && len(fields) > 0 {
			out = append(out, strings.TrimSuffix(fields[0], "!")) // "!": from elsewhere
		}
	}
	return out
}
