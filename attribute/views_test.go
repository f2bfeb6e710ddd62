package attribute_test

import (
	"math/rand/v2"
	"testing"

	"schlank/attribute"
	"schlank/inventory"
)

func plus(s, t attribute.Sum) attribute.Sum {
	return attribute.Sum{Disk: s.Disk + t.Disk, Pull: s.Pull + t.Pull, Files: s.Files + t.Files}
}

// checkViews holds for all ways of looking at an attribution: they sum to it.
func checkViews(t *testing.T, img *inventory.Image, a *attribute.Attribution) {
	t.Helper()
	total, waste := a.Total(), img.Sizes().Wasted
	for _, by := range attribute.Groupings() {
		var sum attribute.Sum
		var wasted int64
		for _, g := range a.Group(by) {
			sum = plus(sum, g.Sum)
			wasted += g.Wasted
		}
		if sum != total || wasted != waste {
			t.Errorf("by %s: %+v and %d wasted, want %+v and %d", by, sum, wasted, total, waste)
		}
	}
	overhead := a.Cause(attribute.Overhead).Sum
	tree := a.Tree(nil)
	if got := plus(tree.Sum, overhead); got != total || tree.Wasted != waste {
		t.Errorf("tree: %+v and %d wasted, want %+v and %d", got, tree.Wasted, total, waste)
	}
	checkNode(t, tree)
	var top attribute.Sum
	for _, l := range tree.Top(12) {
		top = plus(top, l.Sum)
	}
	if top != tree.Sum {
		t.Errorf("top of the tree: %+v, want %+v", top, tree.Sum)
	}
	var wasted int64
	for _, w := range a.Wasted() {
		wasted += w.Disk
	}
	if wasted != waste {
		t.Errorf("waste: %d, want %d", wasted, waste)
	}
	checkFixes(t, a)
}

func checkNode(t *testing.T, n *attribute.Node) {
	t.Helper()
	var below attribute.Sum
	for _, c := range n.Children {
		below = plus(below, c.Sum)
		checkNode(t, c)
	}
	if below.Disk > n.Disk || len(n.Items) == 0 && below != n.Sum {
		t.Errorf("%s: children have %+v, it has %+v", n.Name, below, n.Sum)
	}
}

// checkFixes: together fixes give back no more than there is in the layers
// they change, and each adds no more than it gives by itself.
func checkFixes(t *testing.T, a *attribute.Attribution) {
	t.Helper()
	fixes := a.Fixes()
	var user int64
	for i := range a.Items {
		if int(a.Items[i].Layer) >= a.Base.Layers {
			user += a.Items[i].Disk
		}
	}
	var saved int64
	for i := range fixes {
		f := &fixes[i]
		if f.Adds.Disk > f.Disk || f.Adds.Disk < 0 || f.Title == "" || f.Title == string(f.ID) || f.Safety == 0 {
			t.Errorf("fix %+v", f)
		}
		if i > 0 && f.Adds.Disk > fixes[i-1].Adds.Disk {
			t.Errorf("fix %s adds %d, the one before only %d", f.ID, f.Adds.Disk, fixes[i-1].Adds.Disk)
		}
		if f.ID != attribute.SlimBase {
			saved += f.Adds.Disk
			if a.Where(f) == "" {
				t.Errorf("fix %s is nowhere", f.ID)
			}
		}
	}
	if saved > user {
		t.Errorf("fixes give back %d bytes of %d", saved, user)
	}
}

func TestViewsOfRandomImages(t *testing.T) {
	var last *attribute.Attribution
	n := 200
	if testing.Short() {
		n = 30
	}
	for seed := range n {
		layers := randomLayers(rand.New(rand.NewPCG(uint64(seed), 8)))
		img := imageOf(t, layers...)
		a := attribute.Image(img, attribute.Options{Base: attribute.BaseImage{Layers: seed % 2, Source: attribute.BaseBuild}})
		checkViews(t, img, a)
		checkWhy(t, a)
		if last != nil {
			checkDelta(t, last, a)
		}
		last = a
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, describe(layers))
		}
	}
}

// checkWhy asks for every path that is stored.
func checkWhy(t *testing.T, a *attribute.Attribution) {
	t.Helper()
	for i := range a.Items {
		p := a.Path(&a.Items[i])
		if p == "" {
			continue
		}
		w, ok := a.Why(p)
		if !ok || w.File == nil && w.Sum.Disk == 0 {
			t.Errorf("why %s: %v %+v", p, ok, w)
		}
	}
	if _, ok := a.Why("/no/such/path"); ok {
		t.Error("a path that does not exist is explained")
	}
	if w, _ := a.Why("/"); w.Sum.Disk != a.Total().Disk-a.Cause(attribute.Overhead).Disk {
		t.Errorf("why /: %+v", w.Sum)
	}
}

// checkDelta: all lists of a difference sum to it.
func checkDelta(t *testing.T, a, b *attribute.Attribution) {
	t.Helper()
	d := attribute.Diff(a, b)
	want := d.Sum()
	if got := b.Total().Disk - a.Total().Disk; got != want.Disk {
		t.Errorf("difference %d, want %d", want.Disk, got)
	}
	sums := map[string]attribute.Sum{}
	for _, c := range d.Causes {
		sums["causes"] = plus(sums["causes"], c.Sum())
	}
	for _, c := range d.Packages {
		sums["packages"] = plus(sums["packages"], c.Sum())
	}
	for _, c := range d.Instructions {
		sums["instructions"] = plus(sums["instructions"], c.Sum())
	}
	for _, c := range d.Paths {
		sums["paths"] = plus(sums["paths"], c.Sum())
	}
	for _, s := range d.Story {
		sums["story"] = plus(sums["story"], s.Sum)
	}
	for _, list := range []string{"causes", "packages", "instructions", "paths", "story"} {
		if sums[list] != want {
			t.Errorf("%s sum to %+v, want %+v", list, sums[list], want)
		}
	}
	if d := attribute.Diff(a, a); d.Sum() != (attribute.Sum{}) || len(d.Causes)+len(d.Packages)+len(d.Instructions)+len(d.Paths)+len(d.Story) > 0 {
		t.Errorf("an image differs from itself: %+v", d)
	}
}
