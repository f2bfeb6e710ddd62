package restage

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

const (
	// maxExcludes is how many parts of a directory may be left out before
	// its children are copied one by one.
	maxExcludes = 12
	// maxPlainCopies is how many COPY instructions there may be before one
	// with --parents takes the place of all: each makes a layer.
	maxPlainCopies = 8
)

// copySet is what to take from a build stage.
type copySet struct {
	// dirs are whole directories with what to leave out of each.
	dirs []dirCopy
	// files are single files by directory, in order.
	files []fileCopy
	// listed are paths that are copied with the directories above them, in
	// one instruction: links, which a plain COPY would follow, and
	// everything when there would be too many instructions.
	listed []string
	// made are directories to make beforehand, because COPY does not carry
	// the owner and mode of the directory it fills.
	made []*inventory.File
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
	p := copyPlan{tree: tree, slim: slim, kept: map[string]bool{}, holds: map[string]bool{"/": true}}
	for _, f := range artefacts {
		p.kept[f.Path] = true
		for d := f.Path; !p.holds[d]; d = path.Dir(d) {
			p.holds[d] = true
		}
	}
	p.below("/")
	p.set.fold()
	return p.set
}

type copyPlan struct {
	tree, slim inventory.Tree
	kept       map[string]bool
	// holds are the kept paths and all directories above them.
	holds map[string]bool
	set   copySet
}

// below visits the children of a directory.
func (p *copyPlan) below(dir string) {
	for _, f := range children(p.tree, dir) {
		switch {
		case f.Kind == inventory.KindDir:
			p.directory(f)
		case !p.kept[f.Path]:
		case f.Kind == inventory.KindSymlink:
			p.set.listed = append(p.set.listed, f.Path)
		default:
			p.file(f)
		}
	}
}

// directory takes a directory whole when it is new to the slim base and most
// of it is kept; otherwise it looks inside.
func (p *copyPlan) directory(f *inventory.File) {
	if !p.holds[f.Path] {
		return
	}
	if special(f) && p.kept[f.Path] {
		p.set.made = append(p.set.made, f)
	}
	if p.slim.Locate(f.Path) == nil {
		if ex := p.patterns(f.Path, p.notKept(f.Path, f.Path)); len(ex) <= maxExcludes && allPlain(ex) {
			p.set.dirs = append(p.set.dirs, dirCopy{f.Path, ex})
			return
		}
	}
	p.below(f.Path)
}

// special reports a directory that is not as COPY and mkdir make them.
func special(f *inventory.File) bool {
	return !f.Implied && (f.UID != 0 || f.GID != 0 || f.Mode&^fs.ModeDir != 0o755)
}

func allPlain(list []string) bool {
	for _, s := range list {
		if !plain(strings.TrimPrefix(s, anywhere)) {
			return false
		}
	}
	return true
}

func (p *copyPlan) file(f *inventory.File) {
	dir := path.Dir(f.Path)
	if n := len(p.set.files); n > 0 && p.set.files[n-1].dir == dir {
		p.set.files[n-1].names = append(p.set.files[n-1].names, path.Base(f.Path))
		return
	}
	p.set.files = append(p.set.files, fileCopy{dir, []string{path.Base(f.Path)}})
}

// notKept are the topmost paths of a directory that hold nothing kept,
// relative to root.
func (p *copyPlan) notKept(dir, root string) []string {
	var list []string
	for _, f := range children(p.tree, dir) {
		switch {
		case !p.holds[f.Path]:
			list = append(list, strings.TrimPrefix(f.Path, root+"/"))
		case f.Kind == inventory.KindDir:
			list = append(list, p.notKept(f.Path, root)...)
		}
	}
	return list
}

// anywhere starts a pattern that matches at any depth.
const anywhere = "**/"

// patterns writes paths of one name, say the tests of each package, as one
// pattern where nothing of that name below dir is kept.
func (p *copyPlan) patterns(dir string, list []string) []string {
	count := map[string]int{}
	for _, x := range list {
		count[path.Base(x)]++
	}
	for _, f := range p.tree.Under(dir) {
		if n := path.Base(f.Path); count[n] > 0 && p.holds[f.Path] && f.Path != dir {
			count[n] = 0
		}
	}
	var out []string
	for _, x := range list {
		n := path.Base(x)
		switch {
		case count[n] < 2:
			out = append(out, x)
		case !slices.Contains(out, anywhere+n):
			out = append(out, anywhere+n)
		}
	}
	return out
}

// fold puts everything without exclusions into one instruction when there
// would be too many.
func (s *copySet) fold() {
	if len(s.dirs)+len(s.files) <= maxPlainCopies {
		return
	}
	var dirs []dirCopy
	for _, d := range s.dirs {
		if len(d.exclude) > 0 {
			dirs = append(dirs, d)
			continue
		}
		s.listed = append(s.listed, d.path)
	}
	for _, f := range s.files {
		for _, n := range f.names {
			s.listed = append(s.listed, path.Join(f.dir, n))
		}
	}
	s.dirs, s.files = dirs, nil
	sortPaths(s.listed)
}

// children are the entries directly in a directory.
func children(t inventory.Tree, dir string) []*inventory.File {
	var list []*inventory.File
	under := t.Under(dir)
	for i := 0; i < len(under); {
		f := &under[i]
		i++
		if f.Path == dir {
			continue
		}
		list = append(list, f)
		i += len(under[i:].Under(f.Path))
	}
	return list
}
