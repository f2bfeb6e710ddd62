// Package python is what schlank knows of Python projects: how pip commands
// and requirement files read, which files are tests, how the application is
// started for development, and what to ask of an image to see that its
// packages load. It is pure.
package python

import (
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/inventory"
)

// Project is what the rewriting needs to know of a project's files.
type Project struct {
	// Files are the slash-separated paths of the build context, sorted.
	Files []string
	// Read returns the content of one of Files.
	Read func(name string) ([]byte, bool)
}

// DevManifest finds the requirements file for development, "" when there is
// none: the one nearest to the root with a name such as requirements-dev.txt.
func (p Project) DevManifest() string {
	best := ""
	for _, f := range p.Files {
		base := path.Base(f)
		if path.Ext(f) != ".txt" || !strings.Contains(f, "requirements") && !strings.HasPrefix(path.Dir(f), "requirements") {
			continue
		}
		if !devManifest.MatchString(strings.TrimSuffix(base, ".txt")) {
			continue
		}
		if best == "" || strings.Count(f, "/") < strings.Count(best, "/") {
			best = f
		}
	}
	return best
}

// TestPaths are the top-most files and directories of the project that are
// tests by the conventions of pytest and unittest, sorted. Files that tests
// need to run (pytest.ini, conftest.py) are among them.
func (p Project) TestPaths() []string {
	var list []string
	for _, f := range p.Files {
		parts := strings.Split(f, "/")
		for i, part := range parts {
			if isTest(part, i == len(parts)-1) {
				list = append(list, strings.Join(parts[:i+1], "/"))
				break
			}
		}
	}
	sort.Strings(list)
	return slices.Compact(list)
}

func isTest(name string, isFile bool) bool {
	if !isFile {
		return name == "tests" || name == "test"
	}
	switch name {
	case "conftest.py", "pytest.ini", "tox.ini", ".coveragerc", "tests.py":
		return true
	}
	return strings.HasSuffix(name, ".py") && (strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test.py"))
}

// TestCommand is how the project's tests run with the given packages: pytest
// when it is among them, else Django's or unittest's runner. It is nil when
// the tests need pytest and it is not there.
func (p Project) TestCommand(packages []string) []string {
	switch {
	case slices.Contains(packages, "pytest"):
		return []string{"python", "-m", "pytest"}
	case slices.ContainsFunc(p.Files, func(f string) bool { return path.Base(f) == "pytest.ini" || path.Base(f) == "conftest.py" }):
		return nil
	case p.Django():
		return []string{"python", "manage.py", "test"}
	}
	return []string{"python", "-m", "unittest", "discover"}
}

// Django reports whether the context's root is a Django project.
func (p Project) Django() bool {
	b, ok := p.Read("manage.py")
	return ok && strings.Contains(string(b), "django")
}

// ImportCheck is a command that imports the top-level modules of the
// distributions, "" when they have none.
func ImportCheck(dists []inventory.Package) string {
	var mods []string
	for _, d := range dists {
		mods = append(mods, TopLevel(d)...)
	}
	if len(mods) == 0 {
		return ""
	}
	sort.Strings(mods)
	return "python3 -c 'import " + strings.Join(slices.Compact(mods), ", ") + "'"
}

// TopLevel lists the modules a distribution installs into site-packages, as
// its file list shows them.
func TopLevel(d inventory.Package) []string {
	site := path.Dir(d.Location) + "/"
	var mods []string
	for _, f := range d.Files {
		rel, ok := strings.CutPrefix(f, site)
		if !ok {
			continue
		}
		first, rest, nested := strings.Cut(rel, "/")
		switch {
		case nested && rest == "__init__.py" && identifier(first):
			mods = append(mods, first)
		case !nested && strings.HasSuffix(first, ".py") && identifier(strings.TrimSuffix(first, ".py")):
			mods = append(mods, strings.TrimSuffix(first, ".py"))
		case !nested && strings.HasSuffix(first, ".so"):
			if name, _, _ := strings.Cut(first, "."); identifier(name) {
				mods = append(mods, name)
			}
		}
	}
	return mods
}

func identifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
