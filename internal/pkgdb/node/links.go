package node

import (
	"path"
	"strings"

	"schlank/inventory"
)

// links hands out the symlinks in node_modules: to packages (pnpm keeps these
// in node_modules/.pnpm and links to them, workspaces are links to other
// directories of the project) and in node_modules/.bin to their programs.
func (db *database) links() {
	for i := range db.tree {
		f := &db.tree[i]
		if f.Kind != inventory.KindSymlink {
			continue
		}
		at := strings.LastIndex(f.Path, modules)
		if at < 0 {
			continue
		}
		name := f.Path[at+len(modules):]
		switch {
		case strings.HasPrefix(name, ".bin/"):
			db.programLink(f)
		case isPackageDir(f.Path):
			db.packageLink(f, f.Path[:at], name)
		}
	}
}

// programLink gives a link to the package that its target is in.
func (db *database) programLink(link *inventory.File) {
	target, _ := db.tree.Resolve(link.Path)
	if target == nil {
		return
	}
	for dir := path.Dir(target.Path); dir != "/"; dir = path.Dir(dir) {
		if i, ok := db.at[dir]; ok {
			db.packages[i].Files = append(db.packages[i].Files, link.Path)
			return
		}
	}
}

// packageLink gives a link to the package that it leads to, which the project
// around the link may ask for.
func (db *database) packageLink(link *inventory.File, project, name string) {
	target, _ := db.tree.Resolve(link.Path)
	if target == nil || target.Kind != inventory.KindDir {
		return
	}
	i, ok := db.at[target.Path]
	if !ok {
		if _, found := db.files[path.Join(target.Path, manifest)]; !found {
			return
		}
		pkg, ok := db.read(target.Path, name)
		if !ok {
			return
		}
		pkg.Origin = "file://" + target.Path
		i = len(db.packages)
		db.put(pkg)
	}
	pkg := &db.packages[i]
	pkg.Files = append(pkg.Files, link.Path)
	pkg.Requested = pkg.Requested || db.requested(project, name)
}
