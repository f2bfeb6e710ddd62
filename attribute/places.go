package attribute

import (
	"path"
	"strings"
)

// rule gives paths a kind and a subject.
type rule struct {
	prefix  string // "/a/b" stands for itself and all below
	kind    Kind
	subject string
}

// absolute are places with one meaning. Sources: the Filesystem Hierarchy
// Standard 3.0; apt.conf(5), apk(8), dnf.conf(5), pacman.conf(5) for the
// packages' caches; for the languages `pip cache dir`, npm-config(7) "cache",
// yarn and pnpm's "store-dir", `go help modcache` and `go help cache`, the
// Cargo Book ("Cargo Home"), Maven's settings reference, Gradle's "Directories
// and files", gem(1), Composer's "cache-dir", NuGet's "global-packages".
// Homes are taken apart in homeRules.
var absolute = []rule{
	{"/var/lib/apt/lists", PackageLists, "apt"},
	{"/var/cache/apt/pkgcache.bin", PackageLists, "apt"},
	{"/var/cache/apt/srcpkgcache.bin", PackageLists, "apt"},
	{"/var/cache/apt", PackageCache, "apt"},
	{"/var/cache/apk", PackageCache, "apk"},
	{"/etc/apk/cache", PackageCache, "apk"},
	{"/var/cache/dnf", PackageCache, "dnf"},
	{"/var/cache/libdnf5", PackageCache, "dnf"},
	{"/var/cache/yum", PackageCache, "yum"},
	{"/var/cache/zypp", PackageCache, "zypper"},
	{"/var/cache/pacman", PackageCache, "pacman"},
	{"/var/lib/pacman/sync", PackageLists, "pacman"},
	{"/go/pkg/mod", PackageCache, "go"},
	{"/go/pkg/sumdb", PackageCache, "go"},
	{"/usr/local/cargo/registry", PackageCache, "cargo"},
	{"/usr/local/cargo/git", PackageCache, "cargo"},
	{"/usr/local/share/.cache/yarn", PackageCache, "yarn"},
	{"/usr/share/maven-repo-cache", PackageCache, "maven"},
	{"/var/cache/debconf", PackageState, "dpkg"},
	{"/var/cache/ldconfig", PackageState, "ldconfig"},
	{"/etc/ld.so.cache", PackageState, "ldconfig"},
	{"/var/lib/dpkg", PackageState, "dpkg"},
	{"/var/lib/apt", PackageState, "apt"},
	{"/lib/apk", PackageState, "apk"},
	{"/usr/lib/apk", PackageState, "apk"},
	{"/var/lib/rpm", PackageState, "rpm"},
	{"/usr/lib/sysimage/rpm", PackageState, "rpm"},
	{"/var/lib/dnf", PackageState, "dnf"},
	{"/var/log", Temporary, "logs"},
	{"/var/cache/fontconfig", Temporary, "caches"},
	{"/var/cache/man", Docs, "man"},
	{"/tmp", Temporary, "/tmp"},
	{"/var/tmp", Temporary, "/var/tmp"},
	{"/usr/lib/debug", Debug, ""},
	{"/usr/local/go/pkg", BuildTool, "go"},
	{"/usr/local/go/src", BuildTool, "go"},
	{"/usr/local/go/test", BuildTool, "go"},
	{"/usr/local/rustup", BuildTool, "rust"},
	{"/usr/lib/gcc", BuildTool, "gcc"},
	{"/usr/include", BuildTool, "headers"},
	{"/usr/local/include", BuildTool, "headers"},
}

// homeRules are places below a home directory.
var homeRules = []rule{
	{".cache/pip", PackageCache, "pip"},
	{".cache/pypoetry", PackageCache, "poetry"},
	{".cache/uv", PackageCache, "uv"},
	{".cache/pdm", PackageCache, "pdm"},
	{".cache/pipenv", PackageCache, "pipenv"},
	{".cache/yarn", PackageCache, "yarn"},
	{".cache/pnpm", PackageCache, "pnpm"},
	{".local/share/pnpm/store", PackageCache, "pnpm"},
	{".cache/node", PackageCache, "corepack"},
	{".cache/node-gyp", PackageCache, "node-gyp"},
	{".cache/go-build", PackageCache, "go"},
	{".cache/composer", PackageCache, "composer"},
	{".cache/coursier", PackageCache, "coursier"},
	{".cache/bazel", PackageCache, "bazel"},
	{".cache/ccache", PackageCache, "ccache"},
	{".ccache", PackageCache, "ccache"},
	{".cache", PackageCache, "other tools"},
	{".npm", PackageCache, "npm"},
	{".yarn/berry/cache", PackageCache, "yarn"},
	{".node-gyp", PackageCache, "node-gyp"},
	{".cargo/registry", PackageCache, "cargo"},
	{".cargo/git", PackageCache, "cargo"},
	{".m2/repository", PackageCache, "maven"},
	{".gradle/caches", PackageCache, "gradle"},
	{".gradle/wrapper/dists", PackageCache, "gradle"},
	{".ivy2/cache", PackageCache, "ivy"},
	{".composer/cache", PackageCache, "composer"},
	{".nuget/packages", PackageCache, "nuget"},
	{".gem/specs", PackageCache, "gem"},
	{".bundle/cache", PackageCache, "bundler"},
	{".cpan", PackageCache, "cpan"},
	{"go/pkg/mod", PackageCache, "go"},
	{".rustup", BuildTool, "rust"},
	{".wget-hsts", Temporary, "histories"},
	{".bash_history", Temporary, "histories"},
	{".python_history", Temporary, "histories"},
	{".node_repl_history", Temporary, "histories"},
}

// byPlace gives a path the kind that its place alone decides.
func byPlace(p string) (Kind, string) {
	for i := range absolute {
		if r := &absolute[i]; p == r.prefix || under(r.prefix, p) {
			return r.kind, r.subject
		}
	}
	if rest, ok := inHome(p); ok {
		for i := range homeRules {
			if r := &homeRules[i]; strings.HasPrefix(rest, r.prefix) && (len(rest) == len(r.prefix) || rest[len(r.prefix)] == '/') {
				return r.kind, r.subject
			}
		}
	}
	if i := strings.Index(p, "/cache/"); i > 0 && strings.Contains(p[:i], "/gems") {
		return PackageCache, "gem"
	}
	return versionControl(p)
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

// versionControl finds the data of version control systems.
func versionControl(p string) (Kind, string) {
	for _, d := range []string{"git", "hg", "svn", "bzr"} {
		if i := strings.Index(p, "/."+d+"/"); i >= 0 {
			return VersionControl, p[:i+len(d)+2]
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

// testDirs are the names of directories that hold tests, and nothing a
// program reads when it runs.
var testDirs = map[string]bool{"test": true, "tests": true, "__tests__": true, "testdata": true, "spec": true}

// tests reports files in directories for tests, of packages of languages and
// of applications. Where such a name is that of a package itself, as Django's
// django/test or node_modules/test, the file belongs to it: a directory
// counts in plural, or where nothing else in it is a program's.
func tests(p string) bool {
	for rest := path.Dir(p); rest != "/" && rest != "."; rest = path.Dir(rest) {
		base := path.Base(rest)
		if !testDirs[base] {
			continue
		}
		parent := path.Base(path.Dir(rest))
		if parent == "node_modules" || parent == "site-packages" || parent == "dist-packages" || parent == "src" && base == "test" {
			continue
		}
		// Python's "test" packages are part of a library's interface
		// (django.test, numpy has testing); in Node they are not.
		if base == "test" || base == "spec" {
			return strings.Contains(p, "/node_modules/") || strings.HasPrefix(p, "/usr/local/lib/python3") && strings.HasPrefix(parent, "python3")
		}
		return true
	}
	return false
}
