package pathtree_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/internal/engine/enginetest"
	"schlank/internal/image"
	"schlank/internal/tui/pathtree"
	"schlank/inventory"
)

// imageOf reads an image made of layers.
func imageOf(t testing.TB, layers ...[]enginetest.File) *inventory.Image {
	t.Helper()
	var data [][]byte
	for _, l := range layers {
		data = append(data, enginetest.Layer(l...))
	}
	dir := t.TempDir()
	if err := enginetest.WriteLayout(dir, map[string]enginetest.Image{"x": {Layers: data}}); err != nil {
		t.Fatal(err)
	}
	src, err := image.OpenLayout(dir, "", image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	img, err := src.Inventory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func file(name string, size int) enginetest.File {
	return enginetest.File{Name: name, Mode: 0o644, Body: strings.Repeat(name[len(name)-1:], size)}
}

func dir(name string) enginetest.File { return enginetest.File{Name: name + "/", Mode: 0o755} }

func wh(name string) enginetest.File {
	return file(path.Join(path.Dir(name), ".wh."+path.Base(name)), 0)
}

func opaque(name string) enginetest.File { return file(name+"/.wh..wh..opq", 0) }

// three layers with everything that a layer can do to a path.
func three(t testing.TB) *attribute.Attribution {
	img := imageOf(t,
		[]enginetest.File{dir("a"), file("a/kept", 1000), file("a/changed", 200), file("a/gone", 30), dir("b"), file("b/x", 4), file("b/y", 5), file("c", 6)},
		[]enginetest.File{dir("a"), file("a/changed", 250), wh("a/gone"), file("a/new", 7), dir("b"), opaque("b"), file("b/y", 8), wh("c"), dir("d"), file("d/brief", 9)},
		[]enginetest.File{wh("d"), file("c", 60), {Name: "a/", Mode: 0o700}, file("a/new", 70)},
	)
	return attribute.Image(img, attribute.Options{Base: attribute.BaseImage{Layers: 1, Source: attribute.BaseLayers}})
}

// show writes what is shown of a tree, a line each path.
func show(t *pathtree.Tree, f pathtree.Filter, bySize bool) string {
	var b strings.Builder
	s := t.Select(f)
	for _, i := range append([]int32{0}, s.Rows(bySize, pathtree.Folding{All: true})...) {
		sum := &s.Sums[i]
		fmt.Fprintf(&b, "%c %d %d %s %s\n", ".+~-"[sum.Change], sum.Disk, sum.Wasted, t.Nodes[i].Path, sum.Kind)
	}
	return b.String()
}

func TestTrees(t *testing.T) {
	a := three(t)
	tests := []struct {
		name string
		tree *pathtree.Tree
		f    pathtree.Filter
		size bool
		want string
	}{
		{name: "one layer", tree: pathtree.Layers(a, 1, 1), f: pathtree.Filter{Hide: [pathtree.Changes]bool{true}}, want: `
~ 274 261 / application
~ 257 237 /a application
~ 250 200 /a/changed application
- 0 30 /a/gone deleted
+ 7 7 /a/new overwritten
~ 8 9 /b application
- 0 4 /b/x deleted
~ 8 5 /b/y application
- 0 6 /c deleted
+ 9 9 /d deleted
+ 9 9 /d/brief deleted
`},
		{name: "up to a layer", tree: pathtree.Layers(a, 2, 2), want: `
~ 1388 227 / base-image
~ 1320 207 /a base-image
. 250 200 /a/changed application
. 1000 0 /a/kept base-image
~ 70 7 /a/new application
. 8 5 /b application
. 8 5 /b/y application
+ 60 6 /c application
- 0 9 /d deleted
- 0 9 /d/brief deleted
`},
		{name: "all layers above the base", tree: pathtree.Layers(a, 1, 2), want: `
~ 1388 252 / base-image
~ 1320 237 /a base-image
~ 250 200 /a/changed application
- 0 30 /a/gone deleted
. 1000 0 /a/kept base-image
+ 70 7 /a/new application
~ 8 9 /b application
- 0 4 /b/x deleted
~ 8 5 /b/y application
~ 60 6 /c application
`},
		{name: "the image", tree: pathtree.Image(a), size: true, want: `
~ 1649 261 / base-image
~ 1557 237 /a base-image
. 1000 0 /a/kept base-image
~ 450 200 /a/changed application
+ 77 7 /a/new application
- 30 30 /a/gone deleted
~ 66 6 /c application
~ 17 9 /b application
~ 13 5 /b/y application
- 4 4 /b/x deleted
- 9 9 /d deleted
- 9 9 /d/brief deleted
`},
		{name: "a cause", tree: pathtree.Stored(a, func(it *attribute.Item) bool { return it.Kind == attribute.Deleted }), want: `
. 49 49 / deleted
. 30 30 /a deleted
. 30 30 /a/gone deleted
. 4 4 /b deleted
. 4 4 /b/x deleted
. 6 6 /c deleted
. 9 9 /d deleted
. 9 9 /d/brief deleted
`},
		{name: "a filter", tree: pathtree.Image(a), f: pathtree.Filter{Match: func(p string) bool { return strings.Contains(p, "n") }}, want: `
~ 557 237 / application
~ 557 237 /a application
~ 450 200 /a/changed application
- 30 30 /a/gone deleted
+ 77 7 /a/new application
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), show(tt.tree, tt.f, tt.size)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// randomLayers collide with each other as much as they can.
func randomLayers(r *rand.Rand) [][]enginetest.File {
	names := []string{"a", "b", "a/a", "a/b", "a/a/a", "a-", "b/a", "b/c/d"}
	layers := make([][]enginetest.File, 1+r.IntN(5))
	for l := range layers {
		seen := map[string]bool{}
		for range r.IntN(8) {
			n := names[r.IntN(len(names))]
			if seen[n] {
				continue
			}
			seen[n] = true
			f := file(n, r.IntN(4)*100)
			switch r.IntN(6) {
			case 0:
				f = dir(n)
			case 1:
				f = wh(n)
			case 2:
				f = opaque(n)
			case 3:
				f = enginetest.File{Name: n, Link: "/a"}
			}
			layers[l] = append(layers[l], f)
		}
	}
	return layers
}

// TestSecondOpinion: after the last layer the tree is the image's final tree,
// and the sums are those of the attribution.
func TestSecondOpinion(t *testing.T) {
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 1))
		layers := randomLayers(r)
		a := attribute.Image(imageOf(t, layers...), attribute.Options{})
		last := len(layers) - 1
		want, got := map[string]inventory.Kind{}, map[string]inventory.Kind{}
		for _, f := range a.Image.Tree {
			if !f.Implied {
				want[f.Path] = f.Kind
			}
		}
		tree := pathtree.Layers(a, 0, last)
		for _, n := range tree.Nodes {
			if n.Entry != nil && n.Change != pathtree.Removed {
				got[n.Path] = n.Entry.Kind
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: %v\nthe image's tree -want +got\n%s", seed, layers, diff)
		}
		var items int64
		for _, it := range a.Items {
			items += it.Disk
		}
		if sum := pathtree.Image(a).Select(pathtree.Filter{}).Sums[0]; sum.Disk != items || sum.Wasted != a.Image.Sizes().Wasted {
			t.Errorf("seed %d: the image's tree has %d bytes and %d wasted, the image %d and %d", seed, sum.Disk, sum.Wasted, items, a.Image.Sizes().Wasted)
		}
		for l := range layers {
			var stored int64
			for _, it := range a.Items {
				if int(it.Layer) == l {
					stored += it.Disk
				}
			}
			changes := pathtree.Layers(a, l, l).Select(pathtree.Filter{Hide: [pathtree.Changes]bool{true}})
			if changes.Sums[0].Disk != stored {
				t.Errorf("seed %d: the tree of layer %d has %d bytes, the layer %d", seed, l, changes.Sums[0].Disk, stored)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestFolding(t *testing.T) {
	tree := pathtree.Image(three(t))
	s := tree.Select(pathtree.Filter{})
	paths := func(f pathtree.Folding, bySize bool) string {
		var out []string
		for _, i := range s.Rows(bySize, f) {
			out = append(out, tree.Nodes[i].Path)
		}
		return strings.Join(out, " ")
	}
	var shut pathtree.Folding
	tests := []struct {
		fold pathtree.Folding
		size bool
		want string
	}{
		{shut, false, "/a /b /c /d"},
		{shut, true, "/a /c /b /d"},
		{shut.Set("/b", true), false, "/a /b /b/x /b/y /c /d"},
		{shut.Set("/b", true), true, "/a /c /b /b/y /b/x /d"},
		{shut.Set("/b", true).Set("/b", false), false, "/a /b /c /d"},
		{pathtree.Folding{All: true}.Set("/a", false), false, "/a /b /b/x /b/y /c /d /d/brief"},
		{shut.Reveal("/d/brief"), false, "/a /b /c /d /d/brief"},
	}
	for _, tt := range tests {
		if got := paths(tt.fold, tt.size); got != tt.want {
			t.Errorf("%+v, by size %v: %s, want %s", tt.fold, tt.size, got, tt.want)
		}
	}
}

func TestFind(t *testing.T) {
	tree := pathtree.Image(three(t))
	for p, want := range map[string]string{"/a/new": "/a/new", "/a/none/at/all": "/a", "/none": "/", "/": "/", "": "/"} {
		if got := tree.Nodes[tree.Find(p)]; got.Path != want {
			t.Errorf("%s: found %s, want %s", p, got.Path, want)
		}
	}
	if got := tree.Nodes[tree.Find("/a/new")].Name(); got != "new" {
		t.Errorf("the name is %q", got)
	}
}

// big is an image of two layers with n files each, the second changing the
// first.
func big(n int) *attribute.Attribution {
	img := &inventory.Image{Layers: make([]inventory.Layer, 2)}
	for l := range img.Layers {
		layer := &img.Layers[l]
		for i := range n {
			layer.Entries = append(layer.Entries, inventory.Entry{
				Path: fmt.Sprintf("/d%03d/e%03d/f%03d", i/10000, i/100%100, i%100), Kind: inventory.KindFile, Size: int64(i), Digest: inventory.DigestOf(fmt.Sprint(l, i)),
			})
			layer.ContentBytes += int64(i)
		}
	}
	for i := range img.Layers[1].Entries {
		img.Tree = append(img.Tree, inventory.File{Entry: &img.Layers[1].Entries[i], Layer: 1, Owner: -1})
	}
	return attribute.Image(img, attribute.Options{})
}

func BenchmarkTrees(b *testing.B) {
	a := big(100_000)
	tree := pathtree.Layers(a, 1, 1)
	s := tree.Select(pathtree.Filter{})
	b.Run("layer", func(b *testing.B) {
		for b.Loop() {
			pathtree.Layers(a, 1, 1)
		}
	})
	b.Run("select", func(b *testing.B) {
		for b.Loop() {
			tree.Select(pathtree.Filter{Match: func(p string) bool { return strings.Contains(p, "f01") }})
		}
	})
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			s.Rows(true, pathtree.Folding{All: true})
		}
	})
}
