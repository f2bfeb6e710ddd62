package evidence

import (
	"path"
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
			c.dpkgOwner(f) >= 0,
			ByProduct(f.Path),
			c.in.PackageLayers[f.Layer],
			c.in.Skip != nil && c.in.Skip(f),
			c.strayBytecode(f),
			c.inSlim(f):
			continue
		}
		c.kept[f.Path] = f
	}
}

// strayBytecode reports compiled Python whose source is not kept: running
// pip leaves such files in the standard library of the base. Which ones
// depends on what happened to be imported, so they are no part of anything.
func (c *collector) strayBytecode(f *inventory.File) bool {
	dir, name := path.Split(f.Path)
	if path.Base(dir) != "__pycache__" {
		return name == "__pycache__" && c.in.Image.Tree.Find(path.Dir(f.Path)) != nil && c.baseDir(path.Dir(f.Path))
	}
	module, _, _ := strings.Cut(name, ".")
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
		return s.Digest == f.Digest && s.Mode == f.Mode
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
	if byProductFiles[p] {
		return true
	}
	for _, d := range byProductDirs {
		if p == d || strings.HasPrefix(p, d+"/") {
			return true
		}
	}
	if i := strings.Index(p, "/.cache/"); i > 0 && strings.HasPrefix(p, "/home/") {
		return true
	}
	return path.Base(p) == "__pycache__" && strings.HasPrefix(p, "/usr/lib/") ||
		strings.Contains(p, "/__pycache__/") && strings.HasPrefix(p, "/usr/lib/")
}

// inLoaderDir reports whether the loader finds a library there only when
// ldconfig has been run.
func inLoaderDir(p string) bool {
	d := path.Dir(p)
	return d == "/usr/local/lib" || strings.HasPrefix(d, "/usr/local/lib/") && strings.HasSuffix(d, "-linux-gnu")
}
