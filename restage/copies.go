package restage

import (
	"path"
	"strings"

	"schlank/inventory"
)

// maxExcludes is how many parts of a directory may be left out before its
// children are copied one by one.
const maxExcludes = 12

// copySet is what to take from a build stage: directories, files and links.
type copySet struct {
	// dirs are whole directories with what to leave out of each.
	dirs []dirCopy
	// files are single files by directory, in order.
	files []fileCopy
	// links are symlinks outside of copied directories: COPY would follow
	// them.
	links []*inventory.File
}

type dirCopy struct {
	path    string
	exclude []string
}

type fileCopy struct {
	dir   string
	names []string
}

// planCopies covers the artefacts with as few COPY sources as possible and
// copies nothing that is no artefact.
func planCopies(artefacts []*inventory.File, tree, slim inventory.Tree) copySet {
	p := copyPlan{tree: tree, slim: slim, kept: map[string]bool{}}
	for _, f := range artefacts {
		p.kept[f.Path] = true
	}
	p.below("/")
	return p.set
}

type copyPlan struct {
	tree, slim inventory.Tree
	kept       map[string]bool
	set        copySet
}

// below visits the children of a directory.
func (p *copyPlan) below(dir string) {
	for _, f := range children(p.tree, dir) {
		switch {
		case f.Kind == inventory.KindDir:
			p.directory(f)
		case !p.kept[f.Path]:
		case f.Kind == inventory.KindSymlink:
			p.set.links = append(p.set.links, f)
		default:
			p.file(f)
		}
	}
}

// directory takes a directory whole when it is new to the slim base and most
// of it is kept; otherwise it looks inside.
func (p *copyPlan) directory(f *inventory.File) {
	if !p.anyKept(f.Path) {
		return
	}
	if p.slim.Locate(f.Path) == nil {
		if ex := p.notKept(f.Path, f.Path); len(ex) <= maxExcludes {
			p.set.dirs = append(p.set.dirs, dirCopy{f.Path, ex})
			return
		}
	}
	p.below(f.Path)
}

func (p *copyPlan) file(f *inventory.File) {
	dir := path.Dir(f.Path)
	if n := len(p.set.files); n > 0 && p.set.files[n-1].dir == dir {
		p.set.files[n-1].names = append(p.set.files[n-1].names, path.Base(f.Path))
		return
	}
	p.set.files = append(p.set.files, fileCopy{dir, []string{path.Base(f.Path)}})
}

// anyKept reports whether a directory or something in it is kept.
func (p *copyPlan) anyKept(dir string) bool {
	for _, f := range p.tree.Under(dir) {
		if p.kept[f.Path] {
			return true
		}
	}
	return false
}

// notKept are the topmost paths of a directory that hold nothing kept,
// relative to root.
func (p *copyPlan) notKept(dir, root string) []string {
	var list []string
	for _, f := range children(p.tree, dir) {
		switch {
		case p.kept[f.Path] && f.Kind != inventory.KindDir:
		case f.Kind == inventory.KindDir && p.anyKept(f.Path):
			list = append(list, p.notKept(f.Path, root)...)
		default:
			list = append(list, strings.TrimPrefix(f.Path, root+"/"))
		}
	}
	return list
}

// children are the entries directly in a directory.
func children(t inventory.Tree, dir string) []*inventory.File {
	var list []*inventory.File
	under := t.Under(dir)
	for i := 0; i < len(under); {
		f := &under[i]
		if f.Path == dir {
			i++
			continue
		}
		list = append(list, f)
		i++
		for i < len(under) && strings.HasPrefix(under[i].Path, f.Path+"/") {
			i++
		}
	}
	return list
}

// writeCopies renders a set as COPY and RUN ln instructions. chown, when not
// empty, is the owner of the copies.
func (w *writer) writeCopies(set copySet, from, chown string) {
	flags := "COPY --from=" + from
	if chown != "" {
		flags += " --chown=" + chown
	}
	for _, d := range set.dirs {
		line := flags
		for _, x := range d.exclude {
			line += " --exclude=" + x
		}
		w.line(copyWords(line, d.path, d.path))
	}
	for _, f := range set.files {
		words := make([]string, 0, len(f.names)+1)
		for _, n := range f.names {
			words = append(words, path.Join(f.dir, n))
		}
		w.line(copyWords(flags, append(words, strings.TrimSuffix(f.dir, "/")+"/")...))
	}
	if len(set.links) > 0 {
		var cmds []string
		for _, l := range set.links {
			cmds = append(cmds, "ln -sfn "+shellQuote(l.Link)+" "+shellQuote(l.Path))
		}
		w.line(w.run(nil, cmds))
	}
}

// copyWords renders sources and destination, as JSON when a word holds what
// would be split or expanded.
func copyWords(flags string, words ...string) string {
	for _, s := range words {
		if strings.ContainsAny(s, " \t\"'\\$*?[]") {
			return flags + " " + jsonWords(words)
		}
	}
	return flags + " " + strings.Join(words, " ")
}
