package image

import (
	"sort"

	"schlank/inventory"
)

// linkHard gives the hard links of a layer (in path order) the facts of the
// file they name. A link whose target is neither in the layer nor below it is
// dropped and listed.
func linkHard(entries []stored, below []treeFile, layer int) ([]stored, map[string]treeFile, []inventory.Unknown) {
	var unknowns []inventory.Unknown
	targets := map[string]treeFile{}
	kept := entries[:0:0]
	for i := range entries {
		e := entries[i]
		if e.Kind != inventory.KindHardlink {
			kept = append(kept, e)
			continue
		}
		t, ok := hardTarget(entries, below, e.Link, layer)
		if !ok {
			unknowns = append(unknowns, inventory.Unknown{Layer: layer, Path: e.Path, Reason: "hard link to " + e.Link + ", which is missing"})
			continue
		}
		if t.Kind == inventory.KindFile {
			e.Link, e.Digest, e.ELF = t.Path, t.Digest, t.ELF
			targets[e.Path] = t
		} else {
			// Tar may store a second name of a symlink or device too:
			// these have no content to share.
			e.Kind, e.Link = t.Kind, t.Link
		}
		kept = append(kept, e)
	}
	return kept, targets, unknowns
}

// hardTarget finds what a hard link names in the end.
func hardTarget(entries []stored, below []treeFile, p string, layer int) (treeFile, bool) {
	for range maxLinks {
		i := sort.Search(len(entries), func(i int) bool { return inventory.ComparePaths(entries[i].Path, p) >= 0 })
		for i < len(entries) && entries[i].Path == p && rank(entries[i].Kind) < 2 {
			i++
		}
		if i == len(entries) || entries[i].Path != p {
			return lowerTarget(below, p)
		}
		e := &entries[i]
		switch e.Kind {
		case inventory.KindDir:
			return treeFile{}, false
		case inventory.KindHardlink:
			p = e.Link
			continue
		}
		return treeFile{
			File: inventory.File{Entry: e.Entry, Layer: layer},
			src:  ref{layer, e.name},
			size: e.Size,
		}, true
	}
	return treeFile{}, false
}

// lowerTarget finds the target of a hard link in the layers below. The
// specification does not provide for it; unpacking works all the same.
func lowerTarget(below []treeFile, p string) (treeFile, bool) {
	i := sort.Search(len(below), func(i int) bool { return inventory.ComparePaths(below[i].Path, p) >= 0 })
	if i == len(below) || below[i].Path != p || below[i].Kind == inventory.KindDir {
		return treeFile{}, false
	}
	t := below[i]
	if t.Kind == inventory.KindHardlink {
		t.Kind = inventory.KindFile
	}
	return t, true
}

// promote makes files of the hard links whose first name is gone from the
// tree, so that content that can be reached is counted, and once.
func promote(tree []treeFile) {
	first := map[ref]int{}
	for i := range tree {
		if tree[i].Kind == inventory.KindFile {
			first[tree[i].src] = i
		}
	}
	for i := range tree {
		n := &tree[i]
		if n.Kind != inventory.KindHardlink {
			continue
		}
		if at, ok := first[n.src]; ok {
			n.Link = tree[at].Path
			continue
		}
		n.Kind, n.Link, n.Size = inventory.KindFile, "", n.size
		first[n.src] = i
	}
}
