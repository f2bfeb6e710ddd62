package image

import (
	"path"
	"sort"

	"schlank/inventory"
)

// ref says where a file's content is stored: under a name of an archive.
type ref struct {
	layer int
	name  string
}

// treeFile is a path of the tree, and where its content is.
type treeFile struct {
	inventory.File
	src ref
	// size is the length of the content, also for hard links.
	size int64
}

// merger lays layers over each other as the OCI image specification says.
// Both sides are in path order, so one layer is one merge of sorted lists.
type merger struct {
	tree     []treeFile
	unknowns []inventory.Unknown
}

// overlay is the state of one merge.
type overlay struct {
	lower, out []treeFile
	// hidden is the directory whose content of lower layers is gone, "" for
	// none. Descendants are contiguous, so one is enough.
	hidden string
	// blocker is the last path put out that is no directory.
	blocker string
}

// add lays a layer's entries over the tree, as placeAll and linkHard made
// them; targets are the files that hard links name.
func (m *merger) add(layer int, entries []stored, targets map[string]treeFile) {
	o := &overlay{lower: m.tree, out: make([]treeFile, 0, len(m.tree)+len(entries))}
	for i := range entries {
		e := &entries[i]
		o.skipTo(e.Path)
		same := len(o.lower) > 0 && o.lower[0].Path == e.Path
		switch e.Kind {
		case inventory.KindWhiteout:
			o.hide(e.Path)
			if same {
				o.lower = o.lower[1:]
			}
			continue
		case inventory.KindOpaque:
			o.hide(e.Path)
			continue
		case inventory.KindDir:
		default:
			o.hide(e.Path)
		}
		if same {
			o.lower = o.lower[1:]
		}
		if o.blocker != "" && under(o.blocker, e.Path) {
			m.unknowns = append(m.unknowns, inventory.Unknown{
				Layer: layer, Path: e.Path, Reason: "lies below " + o.blocker + ", which is no directory",
			})
			continue
		}
		n := treeFile{
			File: inventory.File{Entry: e.Entry, Layer: layer, Owner: -1},
			src:  ref{layer, e.name},
			size: e.Size,
		}
		if t, ok := targets[e.Path]; ok && e.Kind == inventory.KindHardlink {
			n.src, n.size = t.src, t.size
		}
		o.put(n)
	}
	o.rest(len(o.lower))
	m.tree = o.out
}

// hide makes the lower content of dir vanish. An outer directory that is
// hidden already covers it.
func (o *overlay) hide(dir string) {
	if o.hidden == "" || o.hidden != dir && !under(o.hidden, dir) {
		o.hidden = dir
	}
}

// skipTo puts out the lower nodes that come before p.
func (o *overlay) skipTo(p string) {
	n := sort.Search(len(o.lower), func(i int) bool { return inventory.ComparePaths(o.lower[i].Path, p) >= 0 })
	o.rest(n)
	// Hidden nodes at p itself go too, whatever p becomes.
	if len(o.lower) > 0 && o.lower[0].Path == p && o.hidden != "" && under(o.hidden, p) {
		o.lower = o.lower[1:]
	}
}

// rest puts out the first n lower nodes, without hidden ones.
func (o *overlay) rest(n int) {
	for _, l := range o.lower[:n] {
		if o.hidden == "" || !under(o.hidden, l.Path) {
			o.put(l)
		}
	}
	o.lower = o.lower[n:]
}

func (o *overlay) put(n treeFile) {
	if n.Kind != inventory.KindDir {
		o.blocker = n.Path
	}
	o.out = append(o.out, n)
}

// withParents adds the root and the directories that no layer has an entry
// for.
func withParents(tree []treeFile) []treeFile {
	out := make([]treeFile, 0, len(tree)+1)
	prev := ""
	for _, n := range tree {
		var missing []string
		for d := n.Path; d != "/"; {
			if d = path.Dir(d); prev != "" && (d == prev || under(d, prev)) {
				break
			}
			missing = append(missing, d)
		}
		for i := len(missing) - 1; i >= 0; i-- {
			out = append(out, implied(missing[i], n.Layer))
		}
		out = append(out, n)
		prev = n.Path
	}
	if len(tree) == 0 {
		out = append(out, implied("/", 0))
	}
	return out
}

func implied(dir string, layer int) treeFile {
	return treeFile{File: inventory.File{
		Entry:   inventory.Entry{Path: dir, Kind: inventory.KindDir, Mode: 0o755},
		Layer:   layer,
		Owner:   -1,
		Implied: true,
	}}
}
