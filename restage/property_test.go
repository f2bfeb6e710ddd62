package restage

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// TestCopiesAreExact expands copy sets of random trees: what they take is
// what is to be kept, and nothing else.
func TestCopiesAreExact(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		tree := randomTree(r)
		var kept []*inventory.File
		var slim inventory.Tree
		for i := range tree {
			f := &tree[i]
			if r.IntN(4) == 0 && len(slim) < 20 && parentsIn(slim, f.Path) {
				slim = append(slim, *f)
				continue
			}
			if f.Kind != inventory.KindDir && r.IntN(3) > 0 || f.Kind == inventory.KindDir && r.IntN(8) == 0 {
				kept = append(kept, f)
			}
		}
		set := planCopies(kept, tree, slim)
		got, want := expandSet(set, tree), []string{}
		for _, f := range kept {
			if f.Kind != inventory.KindDir {
				want = append(want, f.Path)
			}
		}
		sort.Strings(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: (-kept +copied)\n%s\n%+v", seed, diff, set)
		}
		for _, f := range kept {
			if f.Kind == inventory.KindDir && special(f) && !slices.Contains(set.made, f) && !carried(set, f.Path) {
				t.Fatalf("seed %d: the owner of %s is lost: %+v", seed, f.Path, set)
			}
		}
	}
}

// carried reports a directory that is copied as part of another.
func carried(set copySet, p string) bool {
	for _, d := range set.dirs {
		if p != d.path && under(p, d.path) {
			return true
		}
	}
	return slices.ContainsFunc(set.listed, func(l string) bool { return under(p, l) || under(l, p) })
}

func parentsIn(t inventory.Tree, p string) bool {
	d := path.Dir(p)
	return d == "/" || t.Find(d) != nil
}

func randomTree(r *rand.Rand) inventory.Tree {
	paths := map[string]inventory.Kind{}
	dirs := []string{""}
	for len(paths) < 60 {
		p := dirs[r.IntN(len(dirs))] + "/" + fmt.Sprintf("%c%d", 'a'+rune(r.IntN(3)), r.IntN(9))
		if _, ok := paths[p]; ok {
			continue
		}
		switch r.IntN(6) {
		case 0, 1:
			paths[p] = inventory.KindDir
			dirs = append(dirs, p)
		case 2:
			paths[p] = inventory.KindSymlink
		default:
			paths[p] = inventory.KindFile
		}
	}
	var t inventory.Tree
	for p, k := range paths {
		mode := fs.FileMode(0o755)
		if r.IntN(3) == 0 {
			mode = 0o700
		}
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: p, Kind: k, Mode: mode}, Owner: -1})
	}
	sort.Slice(t, func(i, j int) bool { return inventory.ComparePaths(t[i].Path, t[j].Path) < 0 })
	return t
}

// excluded reports whether a pattern matches a path or a directory above it.
func excluded(p, pattern string) bool {
	name, ok := strings.CutPrefix(pattern, anywhere)
	if !ok {
		return under(p, "/"+pattern)
	}
	return slices.Contains(strings.Split(p, "/"), name)
}

// expandSet is what the COPY instructions of a set take, directories left
// out.
func expandSet(set copySet, tree inventory.Tree) []string {
	got := []string{}
	take := func(root string, skip []string) {
		for _, f := range tree.Under(root) {
			rel := strings.TrimPrefix(f.Path, root+"/")
			if f.Kind == inventory.KindDir || slices.ContainsFunc(skip, func(x string) bool { return excluded("/"+rel, x) }) {
				continue
			}
			got = append(got, f.Path)
		}
	}
	for _, d := range set.dirs {
		take(d.path, d.exclude)
	}
	for _, f := range set.files {
		for _, n := range f.names {
			got = append(got, path.Join(f.dir, n))
		}
	}
	for _, l := range set.listed {
		take(l, nil)
	}
	sort.Strings(got)
	return got
}
