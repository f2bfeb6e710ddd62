package attribute_test

import (
	"fmt"
	"slices"
	"testing"

	"schlank/attribute"
	"schlank/inventory"
)

// big is an image of 100,000 files in ten layers, some of which hide others.
func big() *inventory.Image {
	img := &inventory.Image{}
	tree := map[string]inventory.File{}
	for l := range 10 {
		layer := inventory.Layer{CompressedBytes: 40_000_000, CreatedBy: "RUN /bin/sh -c step # buildkit"}
		for i := range 10_000 {
			e := inventory.Entry{
				Path: fmt.Sprintf("/usr/lib/p%d/d%d/f%d", (l*7+i)%50, i%97, i*(l%4+1)),
				Kind: inventory.KindFile, Size: int64(i%9000 + 1), Digest: inventory.DigestOf(fmt.Sprint(i * l % 30_000)),
			}
			layer.Entries = append(layer.Entries, e)
			layer.ContentBytes += e.Size
			tree[e.Path] = inventory.File{Entry: &e, Layer: l, Owner: -1}
		}
		slices.SortFunc(layer.Entries, func(a, b inventory.Entry) int { return inventory.ComparePaths(a.Path, b.Path) })
		img.Layers = append(img.Layers, layer)
	}
	for _, f := range tree {
		img.Tree = append(img.Tree, f)
	}
	slices.SortFunc(img.Tree, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return img
}

// BenchmarkImage attributes 100,000 files.
func BenchmarkImage(b *testing.B) {
	img := big()
	b.ReportAllocs()
	for b.Loop() {
		attribute.Image(img, attribute.Options{})
	}
}

func BenchmarkViews(b *testing.B) {
	a := attribute.Image(big(), attribute.Options{})
	for name, f := range map[string]func(){
		"tree":   func() { a.Tree(nil) },
		"fixes":  func() { a.Fixes() },
		"wasted": func() { a.Wasted() },
		"group":  func() { a.Group(attribute.ByCause) },
		"dive":   func() { attribute.Dive(a.Image) },
		"diff":   func() { attribute.Diff(a, a) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
