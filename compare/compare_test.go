package compare

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/inventory"
)

func ptr[T any](v T) *T { return &v }

// img has one layer with disk bytes, of which visible are in the tree.
func img(disk, visible int64, compression string) *inventory.Image {
	return &inventory.Image{
		Layers: []inventory.Layer{{ContentBytes: disk, CompressedBytes: disk / 2, Compression: compression}},
		Tree: inventory.Tree{
			{Entry: &inventory.Entry{Path: "/", Kind: inventory.KindDir}},
			{Entry: &inventory.Entry{Path: "/a", Kind: inventory.KindFile, Size: visible}},
			{Entry: &inventory.Entry{Path: "/b", Kind: inventory.KindSymlink, Link: "a"}},
		},
		Packages: []inventory.Package{{Type: inventory.Dpkg, Name: "x"}, {Type: inventory.Python, Name: "y"}},
	}
}

func items() []Item {
	return []Item{
		{Name: "broken", Kind: "dockerfile", Err: errors.New("building <it>: no space"), BuildSeconds: ptr(1.5)},
		{Name: "big", Kind: "dockerfile", Image: img(1000, 600, "gzip"), BuildSeconds: ptr(2.0), StandIn: true},
		{Name: "small", Kind: "archive", Image: img(150, 150, "")},
	}
}

func TestRows(t *testing.T) {
	packages := map[inventory.PackageType]int{}
	for _, t := range PackageTypes() {
		packages[t] = 0
	}
	packages[inventory.Dpkg], packages[inventory.Python] = 1, 1
	want := []Row{
		{Name: "broken", Kind: "dockerfile", Err: cmpopts.AnyError, BuildSeconds: ptr(1.5)},
		{
			Name: "big", Kind: "dockerfile", StandIn: true,
			Sizes:  inventory.Sizes{Disk: 1000, Pull: 500, Visible: 600, Wasted: 400},
			Layers: 1, Files: 2, Packages: packages, BuildSeconds: ptr(2.0), Ratio: ptr(1.0),
		},
		{
			Name: "small", Kind: "archive", PullAsStored: true,
			Sizes:  inventory.Sizes{Disk: 150, Pull: 75, Visible: 150},
			Layers: 1, Files: 2, Packages: packages, Ratio: ptr(0.15),
		},
	}
	got := Rows(items())
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if n := Failed(got); n != 1 {
		t.Errorf("Failed = %d, want 1", n)
	}
}

func TestRatioOfNothing(t *testing.T) {
	rows := Rows([]Item{{Name: "scratch", Image: &inventory.Image{}}, {Name: "x", Image: img(5, 5, "")}})
	for _, r := range rows {
		if r.Ratio != nil {
			t.Errorf("%s has ratio %v to an empty image", r.Name, *r.Ratio)
		}
	}
}

func TestJSON(t *testing.T) {
	data, err := JSON(Rows(items()))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "schema": "schlank.compare/1",
  "items": [
    {"name": "broken", "kind": "dockerfile", "disk_bytes": null, "pull_bytes": null, "visible_bytes": null,
     "wasted_bytes": null, "layers": null, "files": null, "packages": null, "build_seconds": 1.5, "ratio": null,
     "stand_in": false, "error": "building <it>: no space"},
    {"name": "big", "kind": "dockerfile", "disk_bytes": 1000, "pull_bytes": 500, "visible_bytes": 600,
     "wasted_bytes": 400, "layers": 1, "files": 2, "packages": {"apk": 0, "cargo": 0, "composer": 0, "conda": 0, "dpkg": 1, "gem": 0, "go": 0,
     "java": 0, "npm": 0, "nuget": 0, "pip": 1, "rpm": 0},
     "build_seconds": 2, "ratio": 1, "stand_in": true, "error": null},
    {"name": "small", "kind": "archive", "disk_bytes": 150, "pull_bytes": 75, "visible_bytes": 150,
     "wasted_bytes": 0, "layers": 1, "files": 2, "packages": {"apk": 0, "cargo": 0, "composer": 0, "conda": 0, "dpkg": 1, "gem": 0, "go": 0,
     "java": 0, "npm": 0, "nuget": 0, "pip": 1, "rpm": 0},
     "build_seconds": null, "ratio": 0.15, "stand_in": false, "error": null}
  ]
}`
	var g, w any
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}
