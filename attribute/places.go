package attribute

import (
	"path"
	"strings"

	"schlank/dockerfile/pkgmgr"
)

// rule gives paths a kind and a subject.
type rule struct {
	prefix  string // "/a/b" stands for itself and all below; "~" is a home
	kind    Kind
	subject string
}

// known are places with one meaning, besides the stores of package managers,
// which pkgmgr knows. Of several that fit, the first counts. Sources: the
// Filesystem Hierarchy Standard 3.0; apt.conf(5), apk(8) and pacman.conf(5);
// the "caches" sections of the manuals of the other tools; XDG Base Directory
// Specification for ~/.cache.
var known = []rule{
	{"/var/cache/apt/pkgcache.bin", PackageLists, "apt"},
	{"/var/cache/apt/srcpkgcache.bin", PackageLists, "apt"},
	{"/var/cache/pacman", PackageCache, "pacman"},
	{"/var/lib/pacman/sync", PackageLists, "pacman"},
	{"/go/pkg/sumdb", PackageCache, "go"},
	{"/usr/local/cargo/git", PackageCache, "cargo"},
	{"/var/cache/debconf", PackageState, "dpkg"},
	{"/var/cache/ldconfig", PackageState, "ldconfig"},
	{"/etc/ld.so.cache", PackageState, "ldconfig"},
	{"/var/lib/dpkg", PackageState, "dpkg"},
	{"/var/lib/apt/lists", PackageLists, "apt"},
	{"/var/lib/apt", PackageState, "apt"},
	{"/lib/apk", PackageState, "apk"},
	{"/usr/lib/apk", PackageState, "apk"},
	{"/var/lib/rpm", PackageState, "rpm"},
	{"/usr/lib/sysimage/rpm", PackageState, "rpm"},
	{"/var/lib/dnf", PackageState, "dnf"},
	{"/usr/lib/debug", Debug, ""},
	{"/usr/local/go/pkg", BuildTool, "go"},
	{"/usr/local/go/src", BuildTool, "go"},
	{"/usr/local/go/test", BuildTool, "go"},
	{"/usr/local/rustup", BuildTool, "rust"},
	{"/usr/lib/gcc", BuildTool, "gcc"},
	{"/usr/include", BuildTool, "headers"},
	{"/usr/local/include", BuildTool, "headers"},
	{"~/.rustup", BuildTool, "rust"},
	{"~/.cache/pdm", PackageCache, "pdm"},
	{"~/.cache/node", PackageCache, "corepack"},
	{"~/.cache/node-gyp", PackageCache, "node-gyp"},
	{"~/.node-gyp", PackageCache, "node-gyp"},
	{"~/.cache/coursier", PackageCache, "coursier"},
	{"~/.cache/bazel", PackageCache, "bazel"},
	{"~/.cache/ccache", PackageCache, "ccache"},
	{"~/.ccache", PackageCache, "ccache"},
	{"~/.cargo/git", PackageCache, "cargo"},
	{"~/.gradle/wrapper/dists", PackageCache, "gradle"},
	{"~/.ivy2/cache", PackageCache, "ivy"},
	{"~/.nuget/packages", PackageCache, "nuget"},
	{"~/.gem/specs", PackageCache, "gem"},
	{"~/.cpan", PackageCache, "cpan"},
	{"~/.wget-hsts", Temporary, "histories"},
	{"~/.bash_history", Temporary, "histories"},
	{"~/.python_history", Temporary, "histories"},
	{"~/.node_repl_history", Temporary, "histories"},
}

// last are the places that hold what nothing before explains.
var last = []rule{
	{"~/.cache", PackageCache, "other tools"},
	{"/var/log", Temporary, "logs"},
	{"/var/cache/fontconfig", Temporary, "caches"},
	{"/var/cache/man", Docs, "man"},
	{"/tmp", Temporary, "/tmp"},
	{"/var/tmp", Temporary, "/var/tmp"},
}

// places finds the kind of paths that their place alone decides.
type places struct {
	// absolute has the rules by the first one or two parts of their prefix,
	// home those below a home directory.
	absolute map[string][]rule
	home     []rule
}

func newPlaces() *places {
	pl := &places{absolute: map[string][]rule{}}
	for _, r := range known {
		pl.add(r)
	}
	for _, m := range pkgmgr.Managers() {
		for _, s := range m.Stores {
			kind := PackageCache
			if s.Kind == pkgmgr.Lists {
				kind = PackageLists
			}
			for _, p := range s.Paths {
				pl.add(rule{p, kind, m.Name})
			}
		}
	}
	for _, r := range last {
		pl.add(r)
	}
	return pl
}

func (pl *places) add(r rule) {
	if rest, ok := strings.CutPrefix(r.prefix, "~/"); ok {
		r.prefix = rest
		pl.home = append(pl.home, r)
		return
	}
	_, two := parts(r.prefix)
	pl.absolute[two] = append(pl.absolute[two], r)
}

// parts are the first one and two parts of a path: "/usr" and "/usr/lib".
func parts(p string) (one, two string) {
	if len(p) < 2 {
		return p, p
	}
	i := strings.IndexByte(p[1:], '/')
	if i < 0 {
		return p, p
	}
	j := strings.IndexByte(p[i+2:], '/')
	if j < 0 {
		return p[:i+1], p
	}
	return p[:i+1], p[:i+2+j]
}

// kind is the kind and the subject of a path, "" when its place says
// nothing.
func (pl *places) kind(p string) (Kind, string) {
	one, two := parts(p)
	for _, key := range []string{two, one} {
		for _, r := range pl.absolute[key] {
			if p == r.prefix || under(r.prefix, p) {
				return r.kind, r.subject
			}
		}
	}
	if rest, ok := inHome(p); ok {
		for _, r := range pl.home {
			if rest == r.prefix || under(r.prefix, rest) {
				return r.kind, r.subject
			}
		}
	}
	if !strings.Contains(p, "/.") {
		return "", ""
	}
	return leftOver(p)
}

// inHome returns what follows the home directory in a path.
func inHome(p string) (string, bool) {
	if rest, ok := strings.CutPrefix(p, "/root/"); ok {
		return rest, true
	}
	if rest, ok := strings.CutPrefix(p, "/home/"); ok {
		_, rest, ok = strings.Cut(rest, "/")
		return rest, ok
	}
	return "", false
}

// leftOver finds the data of version control systems, and what tools for
// development keep in a project.
func leftOver(p string) (Kind, string) {
	for _, d := range []string{"/.git/", "/.hg/", "/.svn/", "/.bzr/"} {
		if i := strings.Index(p, d); i >= 0 {
			return VersionControl, p[:i+len(d)-1]
		}
	}
	for _, d := range []string{"/.mypy_cache/", "/.pytest_cache/", "/.ruff_cache/", "/.tox/", "/.nox/", "/.hypothesis/", "/.eslintcache", "/.parcel-cache/", "/.turbo/", "/.DS_Store"} {
		if strings.Contains(p, d) {
			return Temporary, strings.Trim(d, "/")
		}
	}
	return "", ""
}

// class finds documents, translations and the like by where they lie.
func class(p string) (Kind, string) {
	if rest, ok := strings.CutPrefix(p, "/usr/"); ok {
		rest = strings.TrimPrefix(rest, "local/")
		if rest, ok = strings.CutPrefix(rest, "share/"); ok {
			dir, _, _ := strings.Cut(rest, "/")
			switch dir {
			case "doc", "gtk-doc", "help", "doc-base":
				return Docs, "doc"
			case "man", "info":
				return Docs, dir
			case "locale", "i18n":
				return Locale, dir
			}
		}
	}
	switch {
	case strings.HasPrefix(p, "/usr/lib/locale/"):
		return Locale, "locale"
	case strings.HasPrefix(p, "/usr/local/man/"):
		return Docs, "man"
	case strings.HasSuffix(p, ".a") && !strings.Contains(p, "/node_modules/"):
		return Static, ""
	case strings.HasSuffix(p, ".debug") || strings.HasSuffix(p, ".dwo") || strings.HasSuffix(p, ".dwp"):
		return Debug, ""
	}
	return "", ""
}

// testDirs are the names of directories that hold tests.
var testDirs = map[string]bool{"test": true, "tests": true, "__tests__": true, "testdata": true, "spec": true}

// tests reports files in directories for tests, of packages of languages and
// of applications. Where such a name is that of a package itself, as in
// node_modules/test, the file belongs to it.
func tests(p string) bool {
	if !strings.Contains(p, "/test") && !strings.Contains(p, "/__tests__/") && !strings.Contains(p, "/spec/") {
		return false
	}
	for rest := path.Dir(p); rest != "/" && rest != "."; rest = path.Dir(rest) {
		base := path.Base(rest)
		if !testDirs[base] {
			continue
		}
		parent := path.Base(path.Dir(rest))
		if parent == "node_modules" || parent == "site-packages" || parent == "dist-packages" {
			continue
		}
		if base == "tests" || base == "__tests__" || base == "testdata" {
			return true
		}
		// Python's "test" packages are part of a library's interface, as
		// django.test is; in Node, and in the sources of Maven, they are not.
		return strings.Contains(p, "/node_modules/") || parent == "src" || strings.HasPrefix(parent, "python3")
	}
	return false
}
