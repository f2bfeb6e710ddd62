package attribute_test

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/attribute"
)

func text(n int) string { return strings.Repeat("x", n) }

// TestDive is computed by hand:
//
//	path     layer 0  layer 1     layer 2   cumulative  least  leaves
//	/kept    100                            100         100    1
//	/twice   10       30                    40          10     2
//	/gone    50       0 (removed)           50          0      2
//	/d/x     7                              7           7      1
//	/d/y     5                    6         11          5      2
//	/d                12 (removed)          12          12     1
//	/e                0           0         0           0      2
//	sum                                     220         134
//
// The directory /d is no leaf in layer 2, and in layer 1 it counts with all
// that was in it.
func TestDive(t *testing.T) {
	img := imageOf(t,
		layer{"ADD base", []item{file("kept", text(100)), file("twice", text(10)), file("gone", text(50)), dir("d"), file("d/x", text(7)), file("d/y", text(5))}},
		layer{"RUN a", []item{file("twice", text(30)), wh("gone"), wh("d"), dir("e")}},
		layer{"RUN b", []item{file("d/y", text(6)), dir("e")}},
	)
	want := attribute.DiveFigures{
		Efficiency: 134.0 / 220, WastedBytes: 101, SizeBytes: 208, UserBytes: 36, UserWastedPercent: 101.0 / 36,
		Inefficient: []attribute.DivePath{{Path: "/gone", Count: 2, Bytes: 50}, {Path: "/twice", Count: 2, Bytes: 40}, {Path: "/d/y", Count: 2, Bytes: 11}, {Path: "/e", Count: 2}},
	}
	if diff := cmp.Diff(want, attribute.Dive(img), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
}

func TestDiveOfLittle(t *testing.T) {
	f := attribute.Dive(imageOf(t))
	if f.Efficiency != 1 || f.WastedBytes != 0 || f.UserWastedPercent != 0 {
		t.Errorf("no layer: %+v", f)
	}
	f = attribute.Dive(imageOf(t, layer{"ADD", []item{file("a", text(9))}}, layer{"RUN rm", []item{wh("a")}}))
	if f.WastedBytes != 9 || !math.IsInf(f.UserWastedPercent, 1) || f.Efficiency != 0 {
		t.Errorf("all removed: %+v", f)
	}
}

// TestDivePeer asks the program itself, where it is installed. Links are left
// out, since dive does not follow those that redirect a path, and so is a name
// that is a file and has something below it.
func TestDivePeer(t *testing.T) {
	peer, err := exec.LookPath("dive")
	if err != nil {
		t.Skip("dive is not installed")
	}
	for seed := range 40 {
		layers := randomLayers(rand.New(rand.NewPCG(uint64(seed), 9)))
		for l := range layers {
			layers[l].items = slices.DeleteFunc(layers[l].items, func(it item) bool { return it.typ == tar.TypeLink || it.typ == tar.TypeSymlink })
			for i := range layers[l].items {
				unmistakable(&layers[l].items[i], i%2 == 0)
			}
		}
		got := attribute.Dive(imageOf(t, layers...))
		want := askDive(t, peer, layers)
		if got.WastedBytes != want.WastedBytes || math.Abs(got.Efficiency-want.Efficiency) > 1e-9 {
			t.Fatalf("seed %d: got %+v, dive says %+v\n%s", seed, got, want, describe(layers))
		}
	}
}

// unmistakable gives files names that no directory has, and deletions the
// name of the one or the other.
func unmistakable(it *item, ofDir bool) {
	dir, base := filepath.Split(it.name)
	deleted, del := strings.CutPrefix(base, ".wh.")
	switch {
	case it.typ == tar.TypeDir || base == ".wh..wh..opq" || del && ofDir:
	case del:
		it.name = dir + ".wh.file-" + deleted
	default:
		it.name = dir + "file-" + base
	}
}

// dockerArchive writes layers in the older form of `docker save`, the one
// that dive reads without a daemon.
func dockerArchive(t *testing.T, layers []layer) []byte {
	t.Helper()
	type history struct {
		CreatedBy string `json:"created_by"`
	}
	var cfg struct {
		Architecture string    `json:"architecture"`
		OS           string    `json:"os"`
		History      []history `json:"history"`
		RootFS       struct {
			Type    string   `json:"type"`
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	cfg.Architecture, cfg.OS, cfg.RootFS.Type = "amd64", "linux", "layers"
	var items []item
	var names []string
	for i, l := range layers {
		data := archive(t, l.items)
		names = append(names, fmt.Sprintf("%d/layer.tar", i))
		items = append(items, file(names[i], string(data)))
		cfg.History = append(cfg.History, history{l.by})
		cfg.RootFS.DiffIDs = append(cfg.RootFS.DiffIDs, fmt.Sprintf("sha256:%x", sha256.Sum256(data)))
	}
	config, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{"test:latest"}, "Layers": names}})
	if err != nil {
		t.Fatal(err)
	}
	return archive(t, append(items, file("config.json", string(config)), file("manifest.json", string(manifest))))
}

func askDive(t *testing.T, peer string, layers []layer) attribute.DiveFigures {
	t.Helper()
	dir := t.TempDir()
	tarball, out := filepath.Join(dir, "image.tar"), filepath.Join(dir, "out.json")
	if err := os.WriteFile(tarball, dockerArchive(t, layers), 0o644); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(peer, "--source", "docker-archive", "--json", out, tarball).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Image struct {
			Wasted     int64   `json:"inefficientBytes"`
			Efficiency float64 `json:"efficiencyScore"`
		} `json:"image"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return attribute.DiveFigures{Efficiency: doc.Image.Efficiency, WastedBytes: doc.Image.Wasted}
}

func TestDiveRules(t *testing.T) {
	figures := attribute.DiveFigures{Efficiency: 0.95, WastedBytes: 20_000_000, UserWastedPercent: 0.2}
	for _, tt := range []struct {
		rules attribute.DiveRules
		want  string // + passed, - failed, . disabled, or the error
	}{
		{attribute.DefaultDiveRules(), "+.-"},
		{attribute.DiveRules{}, "..."},
		{attribute.DiveRules{LowestEfficiency: "0.95", HighestWastedBytes: "20MB", HighestUserWastedPercent: "0.20"}, "+++"},
		{attribute.DiveRules{LowestEfficiency: " 0.951", HighestWastedBytes: "19.9 mb", HighestUserWastedPercent: "Off"}, "--."},
		{attribute.DiveRules{HighestWastedBytes: "20MiB"}, ".+."},
		{attribute.DiveRules{HighestWastedBytes: "19,999k"}, ".-."},
		{attribute.DiveRules{HighestWastedBytes: "20000000"}, ".+."},
		{attribute.DiveRules{HighestWastedBytes: "19999999B"}, ".-."},
		{attribute.DiveRules{HighestWastedBytes: "1 GB"}, ".+."},
		{attribute.DiveRules{LowestEfficiency: "95"}, "rule lowestEfficiency: 95 is not between 0 and 1"},
		{attribute.DiveRules{LowestEfficiency: "NaN"}, `rule lowestEfficiency: "NaN" is no number`},
		{attribute.DiveRules{HighestWastedBytes: "20 apples"}, `rule highestWastedBytes: "20 apples" has no unit of bytes`},
		{attribute.DiveRules{HighestWastedBytes: "MB"}, `rule highestWastedBytes: "MB" is no amount of bytes`},
		{attribute.DiveRules{HighestWastedBytes: "20kg"}, `rule highestWastedBytes: "20kg" has no unit of bytes`},
		{attribute.DiveRules{HighestUserWastedPercent: "-1"}, "rule highestUserWastedPercent: -1 is not between 0 and 1"},
	} {
		res, err := tt.rules.Check(figures)
		got := ""
		for _, r := range res {
			switch {
			case r.Disabled:
				got += "."
			case r.Passed:
				got += "+"
			default:
				got += "-"
			}
		}
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rules, got, tt.want)
		}
	}
}
