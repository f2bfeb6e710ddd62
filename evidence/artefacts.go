package evidence

import (
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// artefacts keeps what the user's instructions produced: every path of their
// layers that no package of the distribution claims and that is not a
// by-product of installing packages.
func (c *collector) artefacts() {
	for i := range c.in.Image.Tree {
		f := &c.in.Image.Tree[i]
		switch {
		case f.Layer < c.in.BaseLayers,
			c.dpkgOwner(f) >= 0 && f.Kind != inventory.KindDir,
			f.Kind == inventory.KindDevice,
			ByProduct(f.Path) && !stateDir(f) && !aptSource(f.Path),
			c.in.PackageLayers[f.Layer],
			c.in.Skip != nil && c.in.Skip(f),
			c.strayBytecode(f),
			c.inSlim(f):
			continue
		}
		if s := c.in.Slim.Tree.Find(f.Path); s != nil && s.Kind == inventory.KindDir && f.Kind == inventory.KindDir {
			c.changed = append(c.changed, f)
			continue
		}
		c.kept[f.Path] = f
	}
	c.packageDirs()
}

// packageDirs drops the directories that packages brought: no package claims
// a directory, but one that holds files of packages and nothing kept is
// theirs, and so is an empty one that came in the same layer.
func (c *collector) packageDirs() {
	packaged, used, installs := map[string]bool{}, map[string]bool{}, map[int]bool{}
	for i := range c.in.Image.Tree {
		f := &c.in.Image.Tree[i]
		if f.Kind == inventory.KindDir {
			continue
		}
		if c.dpkgOwner(f) >= 0 {
			installs[f.Layer] = true
			markParents(packaged, f.Path)
		} else if c.kept[f.Path] != nil {
			markParents(used, f.Path)
		}
	}
	for p, f := range c.kept {
		if f.Kind == inventory.KindDir && !used[p] && (packaged[p] || installs[f.Layer] && systemDir(p)) {
			delete(c.kept, p)
		}
	}
}

func markParents(set map[string]bool, p string) {
	for d := path.Dir(p); d != "/" && !set[d]; d = path.Dir(d) {
		set[d] = true
	}
}

// systemDir reports a path in which packages make directories.
func systemDir(p string) bool {
	return strings.HasPrefix(p, "/usr/") && !strings.HasPrefix(p, "/usr/local/") || strings.HasPrefix(p, "/etc/") || strings.HasPrefix(p, "/var/")
}

// strayBytecode reports compiled Python whose source is not kept: running
// pip leaves such files in the standard library of the base. Which ones
// depends on what happened to be imported, so they are no part of anything.
func (c *collector) strayBytecode(f *inventory.File) bool {
	dir, name := path.Split(f.Path)
	if path.Base(dir) != "__pycache__" {
		return name == "__pycache__" && c.in.Image.Tree.Find(path.Dir(f.Path)) != nil && c.baseDir(path.Dir(f.Path))
	}
	module, _, tagged := strings.Cut(name, ".cpython-")
	if !tagged {
		module, _, _ = strings.Cut(name, ".")
	}
	src := c.in.Image.Tree.Find(path.Join(path.Dir(path.Clean(dir)), module+".py"))
	return src == nil || src.Layer < c.in.BaseLayers || c.in.Skip != nil && c.in.Skip(src)
}

// baseDir reports whether a directory exists in the slim base.
func (c *collector) baseDir(dir string) bool {
	return c.in.Slim.Tree.Locate(dir) != nil
}

// inSlim reports whether the slim base has the very same path: directories
// that exist there, and files of equal content.
func (c *collector) inSlim(f *inventory.File) bool {
	s := c.in.Slim.Tree.Find(f.Path)
	if s == nil || s.Kind != f.Kind {
		return false
	}
	switch f.Kind {
	case inventory.KindFile:
		return s.Digest == f.Digest && s.Mode == f.Mode && s.UID == f.UID && s.GID == f.GID
	case inventory.KindDir:
		return f.Implied || s.Implied || s.Mode == f.Mode && s.UID == f.UID && s.GID == f.GID
	case inventory.KindSymlink:
		return s.Link == f.Link
	}
	return true
}

// byProductDirs hold what package managers, builds and logins leave behind.
// Nothing of it is meant to be part of an application: the Filesystem
// Hierarchy Standard 3.0 calls them variable, temporary or cached.
var byProductDirs = []string{
	"/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/var/tmp", "/tmp", "/run", "/proc", "/sys", "/dev",
	"/root/.cache", "/root/.npm", "/root/.config/pip", "/root/.gnupg", "/etc/apt", "/etc/alternatives",
	"/usr/share/doc", "/usr/share/man", "/usr/share/info", "/var/lib/systemd", "/etc/ssl/certs", "/usr/share/mime",
}

// toolCaches are where build tools of languages keep what they download, as
// their own manuals say (go help modcache, Cargo Book "Cargo Home", Maven's
// settings reference, Gradle's "Directories and files").
var toolCaches = []string{
	"/go/pkg", "/root/go/pkg", "/usr/local/cargo/registry", "/usr/local/cargo/git", "/root/.cargo/registry", "/root/.cargo/git",
	"/root/.m2/repository", "/root/.gradle/caches",
}

// byProductFiles are single files of the same kind. Users and groups are
// carried over by commands, not by copying the databases.
var byProductFiles = map[string]bool{
	"/etc/ld.so.cache": true, "/etc/passwd": true, "/etc/passwd-": true, "/etc/group": true, "/etc/group-": true,
	"/etc/shadow": true, "/etc/shadow-": true, "/etc/gshadow": true, "/etc/gshadow-": true, "/etc/.pwd.lock": true,
	"/etc/subuid": true, "/etc/subgid": true, "/etc/subuid-": true, "/etc/subgid-": true,
	"/etc/hosts": true, "/etc/hostname": true, "/etc/resolv.conf": true, "/etc/mailcap": true,
	"/etc/ca-certificates.conf": true, "/etc/machine-id": true,
	"/root/.bash_history": true, "/root/.wget-hsts": true, "/root/.python_history": true,
}

// ByProduct reports whether a path that no package owns is a left-over of
// installing or building.
func ByProduct(p string) bool {
	if byProductFiles[p] || inventory.IsFormatFile(p) {
		return true
	}
	for _, list := range [][]string{byProductDirs, toolCaches} {
		for _, d := range list {
			if p == d || strings.HasPrefix(p, d+"/") {
				return true
			}
		}
	}
	if i := strings.Index(p, "/.cache/"); i > 0 && strings.HasPrefix(p, "/home/") {
		return true
	}
	return path.Base(p) == "__pycache__" && strings.HasPrefix(p, "/usr/lib/") ||
		strings.Contains(p, "/__pycache__/") && strings.HasPrefix(p, "/usr/lib/")
}

// stateDirs are where programs keep state, logs and sockets. What lies there
// is a by-product; a directory made for a program is not.
var stateDirs = []string{"/var/log", "/var/cache", "/run"}

// managerDirs are those that package management itself makes there.
var managerDirs = []string{
	"/var/log/apt", "/var/log/fsck", "/var/log/journal", "/var/cache/apt", "/var/cache/debconf", "/var/cache/ldconfig",
	"/var/cache/fontconfig", "/var/cache/man", "/var/cache/private", "/run/lock", "/run/mount", "/run/systemd", "/run/user", "/run/secrets",
}

// stateDir reports a directory that the instructions made for a program's
// state.
func stateDir(f *inventory.File) bool {
	if f.Kind != inventory.KindDir || f.Implied {
		return false
	}
	for _, d := range managerDirs {
		if f.Path == d || strings.HasPrefix(f.Path, d+"/") {
			return false
		}
	}
	for _, d := range stateDirs {
		if strings.HasPrefix(f.Path, d+"/") {
			return true
		}
	}
	return false
}

// aptDirs and aptFiles hold where apt takes packages from and whom it trusts
// (sources.list(5), apt_preferences(5)); credentials are not among them.
var (
	aptDirs  = []string{"/etc/apt/sources.list.d/", "/etc/apt/keyrings/", "/etc/apt/trusted.gpg.d/", "/etc/apt/preferences.d/", "/usr/share/keyrings/"}
	aptFiles = []string{"/etc/apt/sources.list", "/etc/apt/preferences", "/etc/apt/trusted.gpg"}
)

func aptSource(p string) bool {
	return slices.Contains(aptFiles, p) || slices.ContainsFunc(aptDirs, func(d string) bool { return strings.HasPrefix(p, d) })
}

// localCertificates is where an administrator puts further certificate
// authorities (update-ca-certificates(8)).
const localCertificates = "/usr/local/share/ca-certificates/"

// certificates asks for the certificate authorities of the image where
// something kept may speak TLS: they are opened, not linked to.
func (c *collector) certificates() {
	const pkg = "ca-certificates"
	i, ok := c.byName[pkg]
	if !ok || c.slim[pkg] {
		return
	}
	for _, p := range sortedPaths(c.kept) {
		f := c.kept[p]
		switch {
		case f.Kind == inventory.KindFile && strings.HasPrefix(p, localCertificates):
			c.needPackage(i, p+" is a certificate authority")
		case f.ELF == nil:
			continue
		case f.ELF.Soname == "" && len(f.ELF.Needed) == 0 && f.Mode&0o111 != 0:
			c.needPackage(i, p+" is linked statically, as Go programs are, and may verify certificates")
		default:
			for _, lib := range f.ELF.Needed {
				if slices.ContainsFunc([]string{"libssl.so", "libgnutls.so", "libcurl.so", "libcurl-gnutls.so"}, func(s string) bool { return strings.HasPrefix(lib, s) }) {
					c.needPackage(i, p+" needs "+lib+", which verifies certificates")
				}
			}
		}
		if len(c.needs[i]) > 0 {
			return
		}
	}
}

// inLoaderDir reports whether the loader finds a library there only when
// ldconfig has been run.
func inLoaderDir(p string) bool {
	d := path.Dir(p)
	return d == "/usr/local/lib" || strings.HasPrefix(d, "/usr/local/lib/") && strings.HasSuffix(d, "-linux-gnu")
}
