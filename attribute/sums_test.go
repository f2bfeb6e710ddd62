package attribute_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/internal/image"
	"schlank/inventory"
)

// check holds for every attribution of every image.
func check(t *testing.T, img *inventory.Image, a *attribute.Attribution) {
	t.Helper()
	sizes := img.Sizes()
	var items, causes, wasted int64
	var pull, causePull int64
	layers := make([]int64, len(img.Layers))
	for i := range a.Items {
		it := &a.Items[i]
		items += it.Disk
		pull += it.Pull
		layers[it.Layer] += it.Disk
		if it.Kind.Wasted() {
			wasted += it.Disk
		}
		if it.Pull < 0 || it.Disk < 0 {
			t.Errorf("item %+v: negative", it)
		}
		if it.Kind.Title() == string(it.Kind) && it.Kind != "tests" && it.Kind != "application" && it.Kind != "unreachable" {
			t.Errorf("item %+v: unknown kind", it)
		}
	}
	for _, c := range a.Causes {
		causes += c.Disk
		causePull += c.Pull
		var parts attribute.Sum
		for _, p := range c.Parts {
			parts.Disk, parts.Pull, parts.Files = parts.Disk+p.Disk, parts.Pull+p.Pull, parts.Files+p.Files
		}
		if parts != c.Sum {
			t.Errorf("%s: parts sum to %+v, the cause is %+v", c.Kind, parts, c.Sum)
		}
	}
	type figures struct{ Disk, Pull, CauseDisk, CausePull, Wasted int64 }
	want := figures{sizes.Disk, sizes.Pull, sizes.Disk, sizes.Pull, sizes.Wasted}
	if diff := cmp.Diff(want, figures{items, pull, causes, causePull, wasted}); diff != "" {
		t.Errorf("sums (-sizes +attributed):\n%s", diff)
	}
	for l := range layers {
		if layers[l] != img.Layers[l].ContentBytes {
			t.Errorf("layer %d: %d bytes attributed of %d", l, layers[l], img.Layers[l].ContentBytes)
		}
	}
}

func TestSumsOfRandomImages(t *testing.T) {
	n := 400
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		layers := randomLayers(rand.New(rand.NewPCG(uint64(seed), 7)))
		img := imageOf(t, layers...)
		check(t, img, attribute.Image(img, attribute.Options{Base: attribute.BaseImage{Layers: seed % 3, Source: attribute.BaseBuild}}))
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, describe(layers))
		}
	}
}

// TestSumsOfBases runs over the base images of this machine, as far as
// there are any.
func TestSumsOfBases(t *testing.T) {
	if testing.Short() {
		t.Skip("reads whole images")
	}
	for name, img := range bases(t) {
		t.Run(name, func(t *testing.T) {
			a := attribute.Image(img(t), attribute.Options{})
			check(t, img(t), a)
			checkViews(t, img(t), a)
		})
	}
}

// bases are the images of the base store by digest.
func bases(t *testing.T) map[string]func(*testing.T) *inventory.Image {
	t.Helper()
	dir := os.Getenv("SCHLANK_BASES")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Skip(err)
		}
		dir = filepath.Join(cache, "schlank", "bases")
	}
	list, err := image.LayoutImages(dir, image.Options{})
	if err != nil && os.Getenv("SCHLANK_REQUIRE_ENGINE") != "" {
		t.Fatal("where engines are required, so are base images:", err)
	}
	if err != nil {
		t.Skip("no base store:", err)
	}
	out, seen := map[string]func(*testing.T) *inventory.Image{}, map[string]bool{}
	for _, m := range list {
		if seen[m.Digest] {
			continue
		}
		seen[m.Digest] = true
		var img *inventory.Image
		out[m.Name] = func(t *testing.T) *inventory.Image {
			if img == nil {
				img = openBase(t, dir, m.Digest)
			}
			return img
		}
	}
	return out
}

func openBase(t *testing.T, dir, digest string) *inventory.Image {
	t.Helper()
	s, err := image.OpenLayout(dir, digest, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	img, err := s.Inventory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return img
}
