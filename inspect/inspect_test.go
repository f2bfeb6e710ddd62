package inspect

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/dockerfile"
	"schlank/internal/schematest"
	"schlank/inventory"
	"schlank/report"
	"schlank/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shopFile made the image shop.
const shopFile = `FROM debian:12
RUN apt-get update && apt-get install -y curl
COPY . /app
RUN chmod +x /app/run
`

// shop is a small image with some of everything. Layers hold entries in path
// order, as inventories do.
func shop() *Subject {
	file := func(path string, size int64, digest string) inventory.Entry {
		return inventory.Entry{Path: path, Kind: inventory.KindFile, Size: size, Mode: 0o644, Digest: inventory.DigestOf(digest)}
	}
	img := &inventory.Image{
		Digest: "sha256:feed",
		Config: inventory.Config{OS: "linux", Architecture: "amd64"},
		Layers: []inventory.Layer{
			{DiffID: "sha256:a", Digest: "sha256:1", Compression: "gzip", CompressedBytes: 30_000_000, CreatedBy: "debian rootfs", Entries: []inventory.Entry{
				file("/usr/bin/bash", 70_000_000, "b1"),
			}},
			{DiffID: "sha256:b", Digest: "sha256:2", Compression: "gzip", CompressedBytes: 9_000_000, CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", Entries: []inventory.Entry{
				file("/usr/bin/curl", 300_000, "c1"), file("/usr/lib/libcurl.so.4", 700_000, "c2"), file("/var/lib/apt/lists/x_Packages", 19_000_000, "l1"),
			}},
			{DiffID: "sha256:c", Digest: "sha256:3", Compression: "gzip", CompressedBytes: 4_000_000, CreatedBy: "COPY . /app # buildkit", Entries: []inventory.Entry{
				file("/app/.git/pack", 5_000_000, "g1"), file("/app/run", 6_000_000, "r1"),
			}},
			{DiffID: "sha256:d", Digest: "sha256:4", CompressedBytes: 6_000_512, CreatedBy: "RUN /bin/sh -c chmod +x /app/run # buildkit", Entries: []inventory.Entry{
				{Path: "/app/run", Kind: inventory.KindFile, Size: 6_000_000, Mode: 0o755, Digest: inventory.DigestOf("r1")},
			}},
		},
		Packages: []inventory.Package{
			{Type: inventory.Dpkg, Name: "curl", Version: "7.88", Section: "web", Depends: []string{"libcurl4"}, Files: []string{"/usr/bin/curl"}, Bytes: 300_000},
			{Type: inventory.Dpkg, Name: "libcurl4", Version: "7.88", Section: "libs", Files: []string{"/usr/lib/libcurl.so.4"}, Bytes: 700_000},
		},
		Unknowns: []inventory.Unknown{{Layer: 2, Path: "/app/odd", Reason: "entry of unknown type"}},
	}
	for l := range img.Layers {
		for _, e := range img.Layers[l].Entries {
			img.Layers[l].ContentBytes += e.Size
		}
	}
	for name, at := range map[string]struct{ layer, entry, owner int }{
		"/app/.git/pack": {2, 0, -1}, "/app/run": {3, 0, -1}, "/usr/bin/bash": {0, 0, -1},
		"/usr/bin/curl": {1, 0, 0}, "/usr/lib/libcurl.so.4": {1, 1, 1}, "/var/lib/apt/lists/x_Packages": {1, 2, -1},
	} {
		img.Tree = append(img.Tree, inventory.File{Entry: &img.Layers[at.layer].Entries[at.entry], Layer: at.layer, Owner: at.owner})
		for dir := path.Dir(name); !slices.ContainsFunc(img.Tree, func(f inventory.File) bool { return f.Path == dir }); dir = path.Dir(dir) {
			img.Tree = append(img.Tree, inventory.File{Entry: &inventory.Entry{Path: dir, Kind: inventory.KindDir, Mode: 0o755}, Owner: -1, Implied: true})
		}
	}
	slices.SortFunc(img.Tree, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(shopFile)})
	return &Subject{
		Name: "shop:1", Kind: "registry", StandIn: true,
		Attribution: attribute.Image(img, attribute.Options{
			Base:    attribute.BaseImage{Layers: 1, Name: "debian:12", Source: attribute.BaseLayers},
			Origins: attribute.FromDockerfile(img, f, ""), Dockerfile: f,
		}),
	}
}

// slimmed is the shop without its package lists and repository.
func slimmed() *Subject {
	s := shop()
	img := *s.Image
	img.Layers = append([]inventory.Layer{}, img.Layers...)
	img.Layers[1].Entries, img.Layers[1].ContentBytes = img.Layers[1].Entries[:2], 1_000_000
	img.Layers[2].Entries, img.Layers[2].ContentBytes = img.Layers[2].Entries[1:], 6_000_000
	img.Tree = slices.DeleteFunc(slices.Clone(img.Tree), func(f inventory.File) bool {
		return strings.Contains(f.Path, ".git") || strings.Contains(f.Path, "/var")
	})
	img.Packages = append([]inventory.Package{}, img.Packages...)
	img.Packages[0].Version = "7.89"
	return &Subject{Name: "shop:2", Kind: "registry", Attribution: attribute.Image(&img, attribute.Options{Base: s.Base, Origins: s.Origins})}
}

func TestViews(t *testing.T) {
	s := shop()
	why, err := Why(s, "/usr/lib/libcurl.so.4", Options{})
	if err != nil {
		t.Fatal(err)
	}
	copied, err := Why(s, "/app/run", Options{})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := Layer(s, 2, Options{})
	if err != nil {
		t.Fatal(err)
	}
	views := map[string][]Part{
		"summary":  Summary(s, Options{}),
		"package":  By(s, attribute.ByPackage, Options{}),
		"layer":    By(s, attribute.ByLayer, Options{Top: 1}),
		"cut":      By(s, attribute.ByCause, Options{Top: 2}),
		"path":     ByPath(s, Options{}),
		"why":      append(why, copied...),
		"onelayer": layer,
		"tree":     Tree(s, 2, Options{}),
		"dive":     Dive(s, Options{}),
		"delta":    Delta(s, slimmed(), attribute.Diff(s.Attribution, slimmed().Attribution), Options{}),
	}
	for name, parts := range views {
		var text, markdown bytes.Buffer
		for _, p := range parts {
			if err := p.Text(&text, report.Style{Unicode: true}); err != nil {
				t.Fatal(err)
			}
			if err := p.Markdown(&markdown); err != nil {
				t.Fatal(err)
			}
		}
		golden(t, name+".txt", text.Bytes())
		golden(t, name+".md", markdown.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
}

// TestDocuments: they follow their schemas, and the causes sum to the sizes.
func TestDocuments(t *testing.T) {
	s := shop()
	doc := NewDocument(s)
	follows(t, "inspect-1", doc)
	follows(t, "diff-1", NewDeltaDocument("a", "b", attribute.Diff(s.Attribution, slimmed().Attribution)))
	var disk, pull int64
	for _, c := range doc.Causes {
		disk += c.Disk
		pull += c.Pull
	}
	if disk != doc.Sizes.Disk || pull != doc.Sizes.Pull {
		t.Errorf("the causes sum to %d and %d, the sizes are %+v", disk, pull, doc.Sizes)
	}
	empty := &Subject{Name: "empty", Attribution: attribute.Image(&inventory.Image{}, attribute.Options{})}
	follows(t, "inspect-1", NewDocument(empty))
}

func follows(t *testing.T, schema string, doc any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "schema", schema+".json"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := schematest.Validate(text, b, true)
	if err != nil || len(problems) > 0 {
		t.Errorf("%s: %v\n%s", schema, err, strings.Join(problems, "\n"))
	}
}

func TestMistakes(t *testing.T) {
	s := shop()
	if _, err := Why(s, "/none", Options{}); err == nil {
		t.Error("a path that is not there is explained")
	}
	for _, k := range []int{-1, 4} {
		if _, err := Layer(s, k, Options{}); err == nil {
			t.Errorf("layer %d is shown", k)
		}
	}
}
