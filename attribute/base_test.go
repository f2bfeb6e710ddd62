package attribute_test

import (
	"testing"

	"schlank/attribute"
	"schlank/inventory"
)

func TestFindBase(t *testing.T) {
	img := &inventory.Image{Layers: []inventory.Layer{{DiffID: "a"}, {DiffID: "b"}, {DiffID: "c"}, {DiffID: "d"}}}
	known := func(name string, ids ...string) attribute.KnownImage {
		return attribute.KnownImage{Name: name, DiffIDs: ids}
	}
	labelled := known("labelled", "a", "b")
	labelled.Label = true
	for _, tt := range []struct {
		name  string
		known []attribute.KnownImage
		want  attribute.BaseImage
	}{
		{"nothing known", nil, attribute.BaseImage{Source: attribute.BaseNone}},
		{"the one with most layers", []attribute.KnownImage{known("x", "a"), known("y", "a", "b"), known("z", "a", "c", "b")}, attribute.BaseImage{Layers: 2, Name: "y", Source: attribute.BaseLayers}},
		{"not itself", []attribute.KnownImage{known("itself", "a", "b", "c", "d")}, attribute.BaseImage{Source: attribute.BaseNone}},
		{"by name among equals", []attribute.KnownImage{known("y", "a", "b"), known("x", "a", "b")}, attribute.BaseImage{Layers: 2, Name: "x", Source: attribute.BaseLayers}},
		{"the label among equals", []attribute.KnownImage{known("a", "a", "b"), labelled, known("b", "a", "b")}, attribute.BaseImage{Layers: 2, Name: "labelled", Source: attribute.BaseLabel}},
		{"without layers", []attribute.KnownImage{known("empty")}, attribute.BaseImage{Source: attribute.BaseNone}},
	} {
		if got := attribute.FindBase(img, tt.known); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestBaseOfHistory(t *testing.T) {
	layer := func(by string) inventory.History { return inventory.History{CreatedBy: by} }
	empty := func(by string) inventory.History { return inventory.History{CreatedBy: by, EmptyLayer: true} }
	for _, tt := range []struct {
		name    string
		layers  int
		history []inventory.History
		want    int
	}{
		{"none", 2, nil, 0},
		{"a base of its own", 1, []inventory.History{layer("ADD rootfs"), empty(`CMD ["bash"]`)}, 0},
		{"one base", 2, []inventory.History{layer("ADD rootfs"), empty(`/bin/sh -c #(nop)  CMD ["bash"]`), layer("COPY . ."), empty(`CMD ["/app"]`)}, 1},
		{"a base upon a base", 3, []inventory.History{layer("ADD rootfs"), empty(`CMD ["bash"]`), layer("RUN make"), empty(`ENTRYPOINT ["/e"]`), empty(`CMD ["python3"]`), empty("ENV A=b"), layer("COPY . .")}, 2},
		{"not as many layers as it says", 3, []inventory.History{layer("ADD rootfs"), empty(`CMD ["bash"]`), layer("COPY . .")}, 0},
	} {
		img := &inventory.Image{Layers: make([]inventory.Layer, tt.layers), Config: inventory.Config{History: tt.history}}
		got := attribute.FindBase(img, nil)
		if got.Layers != tt.want || got.Guess() != (tt.want > 0) {
			t.Errorf("%s: %+v, want %d", tt.name, got, tt.want)
		}
	}
}
