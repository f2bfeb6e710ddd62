package attribute_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/inventory"
)

// TestFates: what became of stored content, one line for each item that is
// not simply there: path, layer, kind, the layer that hid it.
func TestFates(t *testing.T) {
	again := file("a", "x")
	again.mode = 0o755
	for _, tt := range []struct {
		name   string
		layers [][]item
		want   []string
	}{
		{"all there", [][]item{{file("a", "x")}, {file("b", "y")}}, nil},
		{"overwritten twice", [][]item{{file("a", "x")}, {file("a", "yy")}, {file("a", "zzz")}}, []string{"/a@0 overwritten by 1", "/a@1 overwritten by 2"}},
		{"chmod", [][]item{{file("a", "x")}, {again}}, []string{"/a@0 metadata-copy by 1"}},
		{"chmod, then removed", [][]item{{file("a", "x")}, {again}, {wh("a")}}, []string{"/a@0 metadata-copy by 1", "/a@1 deleted by 2"}},
		{"removed and made again", [][]item{{file("a", "x")}, {wh("a")}, {file("a", "x")}}, []string{"/a@0 deleted by 1"}},
		{"removed and made again in one layer", [][]item{{file("a", "x")}, {wh("a"), file("a", "y")}}, []string{"/a@0 overwritten by 1"}},
		{"directory removed", [][]item{{file("d/a", "x"), file("d/e/b", "x")}, {wh("d")}}, []string{"/d/a@0 deleted by 1", "/d/e/b@0 deleted by 1"}},
		{"directory removed, one file back", [][]item{{file("d/a", "x"), file("d/b", "x")}, {wh("d")}, {file("d/b", "x")}}, []string{"/d/a@0 deleted by 1", "/d/b@0 deleted by 1"}},
		{"opaque directory", [][]item{{file("d/a", "x"), file("d/b", "x")}, {opaque("d"), file("d/b", "yy")}}, []string{"/d/a@0 deleted by 1", "/d/b@0 overwritten by 1"}},
		{"an opaque directory hides no file of its name", [][]item{{file("d", "x")}, {opaque("d")}, {wh("d")}}, []string{"/d@0 deleted by 2"}},
		{"opaque root", [][]item{{file("a", "x")}, {opaque(".")}}, []string{"/a@0 deleted by 1"}},
		{"directory replaced by a file", [][]item{{file("d/a", "x")}, {file("d", "y")}}, []string{"/d/a@0 deleted by 1"}},
		{"file replaced by a directory", [][]item{{file("d", "x")}, {dir("d"), file("d/a", "y")}}, []string{"/d@0 overwritten by 1"}},
		{"file replaced by a link", [][]item{{file("a", "x"), file("b", "y")}, {symlink("a", "b")}}, []string{"/a@0 overwritten by 1"}},
		{"deletion of nothing", [][]item{{file("a", "x")}, {wh("b"), wh("d/c")}}, nil},
		{"hidden within the base first", [][]item{{file("d/a", "x")}, {file("d/a", "yy")}, {wh("d")}}, []string{"/d/a@0 overwritten by 1", "/d/a@1 deleted by 2"}},
		{"hard link outlives", [][]item{{file("a", "x"), hard("b", "a")}, {wh("a")}}, nil},
		{"hard links all gone", [][]item{{file("a", "x"), hard("b", "a")}, {wh("a")}, {wh("b")}}, []string{"/a@0 deleted by 1"}},
		{"hard link to a lower layer outlives", [][]item{{file("a", "x")}, {hard("b", "a")}, {wh("a")}}, nil},
		{"hard link, first name overwritten", [][]item{{file("a", "x"), hard("b", "a")}, {file("a", "yy")}}, nil},
		{"chain of hard links down the layers", [][]item{{file("a", "x")}, {hard("b", "a")}, {hard("c", "b"), wh("a")}, {wh("b")}}, nil},
		{"through a link", [][]item{{dir("usr/lib"), symlink("lib", "usr/lib"), file("usr/lib/a", "x")}, {file("lib/a", "yy")}}, []string{"/usr/lib/a@0 overwritten by 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var layers []layer
			for _, items := range tt.layers {
				layers = append(layers, layer{"RUN x", items})
			}
			img := imageOf(t, layers...)
			a := attribute.Image(img, attribute.Options{})
			check(t, img, a)
			var got []string
			for i := range a.Items {
				it := &a.Items[i]
				if it.Kind.Wasted() {
					got = append(got, fmt.Sprintf("%s@%d %s by %d", a.Path(it), it.Layer, it.Kind, it.HiddenBy))
				}
				if it.Kind == attribute.MetadataCopy && (it.Same < 0 || a.Path(&a.Items[it.Same]) != a.Path(it) || a.Items[it.Same].Layer != it.HiddenBy) {
					t.Errorf("copy points to item %d", it.Same)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("fates (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUnreachable: an inventory may list content that is nowhere in its tree
// and that nothing hid.
func TestUnreachable(t *testing.T) {
	entry := func(p string, n int64) inventory.Entry {
		return inventory.Entry{Path: p, Kind: inventory.KindFile, Size: n}
	}
	img := &inventory.Image{Layers: []inventory.Layer{
		{Entries: []inventory.Entry{entry("/a", 3)}, ContentBytes: 3},
		{Entries: []inventory.Entry{entry("/a/b", 4)}, ContentBytes: 9, CompressedBytes: 5},
	}}
	img.Tree = inventory.Tree{{Entry: &inventory.Entry{Path: "/a", Kind: inventory.KindFile, Size: 3}, Owner: -1}}
	a := attribute.Image(img, attribute.Options{})
	got := map[attribute.Kind]attribute.Sum{}
	for _, c := range a.Causes {
		got[c.Kind] = c.Sum
	}
	want := map[attribute.Kind]attribute.Sum{
		attribute.Application: {Disk: 3, Files: 1},
		attribute.Unreachable: {Disk: 4, Pull: 2, Files: 1},
		attribute.Overhead:    {Disk: 5, Pull: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}
