package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/compression"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"schlank/inventory"
)

func sample(t testing.TB) v1.Image {
	return imageOf(t, []item{dir("etc"), file("etc/a", "one"), file("etc/b", "two")}, []item{file("etc/a", "three"), wh("etc", "b")})
}

var sampleTree = []string{"d / implied", "d /etc", "f /etc/a 5 @1"}

// packed writes the files of a directory or map into a tar archive on disk.
func packed(t testing.TB, items []item, compress bool) string {
	t.Helper()
	data := archive(t, items)
	if compress {
		var buf bytes.Buffer
		w := gzip.NewWriter(&buf)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = buf.Bytes()
	}
	p := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(p, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// layoutItems are the files of a layout as archive entries.
func layoutItems(t testing.TB, dir string) []item {
	t.Helper()
	var items []item
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, p))
		items = append(items, file(p, string(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// savedItems are an image as old versions of docker save wrote it, one layer
// directory being a link to another image's.
func savedItems(t testing.TB, img v1.Image) []item {
	t.Helper()
	config, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	h, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	s := saved{Config: h.Hex + ".json", RepoTags: []string{"app:1"}}
	items := []item{file(s.Config, string(config))}
	for i, l := range layers {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items,
			file(fmt.Sprintf("other%d/layer.tar", i), string(data)),
			symlink(fmt.Sprintf("layer%d/layer.tar", i), fmt.Sprintf("../other%d/layer.tar", i)))
		s.Layers = append(s.Layers, fmt.Sprintf("layer%d/layer.tar", i))
	}
	data, err := json.Marshal([]saved{s})
	if err != nil {
		t.Fatal(err)
	}
	return append(items, file("manifest.json", string(data)))
}

func TestSources(t *testing.T) {
	img := sample(t)
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	layoutDir := layoutOf(t, img, layout.WithAnnotations(map[string]string{imageNameAnnotation: "docker.io/library/app:1"}))
	savedByLibrary := filepath.Join(t.TempDir(), "lib.tar")
	tag, err := name.NewTag("app:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(savedByLibrary, tag, img); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer srv.Close()
	remoteRef := strings.TrimPrefix(srv.URL, "http://") + "/team/app:1"
	tag, err = name.NewTag(remoteRef)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, img); err != nil {
		t.Fatal(err)
	}
	opts := Options{DockerHost: "unix://" + daemon(t, packed(t, savedItems(t, img), false)), TempDir: t.TempDir()}
	stored := opts
	stored.Stores = []string{layoutDir}

	tests := []struct {
		name, ref string
		opts      Options
		kind      Kind
		noDigest  bool
	}{
		{"layout", layoutDir, opts, KindLayout, false},
		{"layout by prefix", "oci:" + layoutDir, opts, KindLayout, false},
		{"layout by tag", layoutDir + ":app:1", opts, KindLayout, false},
		{"layout by digest", layoutDir + "@" + digest.String(), opts, KindLayout, false},
		{"store", "app:1", stored, KindLayout, false},
		{"OCI archive", packed(t, layoutItems(t, layoutDir), false), opts, KindArchive, false},
		{"OCI archive, compressed", packed(t, layoutItems(t, layoutDir), true), opts, KindArchive, false},
		{"docker archive", packed(t, savedItems(t, img), false), opts, KindArchive, true},
		{"docker archive by tag", "archive:" + packed(t, savedItems(t, img), true) + ":app:1", opts, KindArchive, true},
		{"OCI archive by prefix and tag", "oci:" + packed(t, layoutItems(t, layoutDir), false) + ":app:1", opts, KindArchive, false},
		{"unpacked docker archive", unpackedTo(t, savedByLibrary), opts, KindArchive, true},
		{"unpacked docker archive by prefix and tag", "archive:" + unpackedTo(t, savedByLibrary) + ":app:1", opts, KindArchive, true},
		{"docker archive with compressed layers", savedByLibrary, opts, KindArchive, true},
		{"registry", remoteRef, opts, KindRegistry, false},
		{"registry by prefix and digest", "registry:" + strings.TrimSuffix(remoteRef, ":1") + "@" + digest.String(), opts, KindRegistry, false},
		{"daemon", "docker:app:1", opts, KindDocker, true},
		{"daemon by reference", "app:1", opts, KindDocker, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := context.Background()
			s, err := Open(ctx, tt.ref, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if s.Kind != tt.kind || s.Name != tt.ref {
				t.Errorf("kind %s, name %s", s.Kind, s.Name)
			}
			inv := inventoryOf(t, s)
			if diff := cmp.Diff(sampleTree, listing(inv.Tree)); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
			if want := map[bool]string{false: digest.String()}[tt.noDigest]; inv.Digest != want {
				t.Errorf("digest %q, want %q", inv.Digest, want)
			}
			if inv.Config.Env[0] != "A=b" || inv.Layers[1].CreatedBy != "RUN something" || inv.Layers[1].CompressedBytes == 0 {
				t.Errorf("config or layers: %+v, %+v", inv.Config, inv.Layers[1])
			}
			files, err := s.ReadFiles(ctx, []string{"/etc/a", "/etc/b", "/etc"}, 100)
			if diff := cmp.Diff(map[string][]byte{"/etc/a": []byte("three")}, files); diff != "" || err != nil {
				t.Errorf("files: %v\n%s", err, diff)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if left, _ := os.ReadDir(opts.TempDir); len(left) > 0 {
		t.Errorf("%d temporary files left, such as %s", len(left), left[0].Name())
	}
}

// unpackedTo unpacks an archive of files.
func unpackedTo(t *testing.T, archive string) string {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, h.Name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// daemon serves an archive as a Docker daemon does.
func daemon(t *testing.T, archive string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "d")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/images/app:1/get" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message":"No such image: x"}`)
			return
		}
		http.ServeFile(w, r, archive)
	})}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return socket
}

func TestOpenErrors(t *testing.T) {
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	two := layoutOf(t, sample(t), layout.WithAnnotations(map[string]string{refNameAnnotation: "one"}))
	if err := layout.Path(two).AppendImage(imageOf(t, []item{file("a", "")}), layout.WithAnnotations(map[string]string{refNameAnnotation: "two"})); err != nil {
		t.Fatal(err)
	}
	noTar := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(noTar, []byte(strings.Repeat("no archive", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(outside, []byte(`[{"Config":"../../etc/passwd"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		ref, want string
		notFound  bool
	}{
		{two, "2 images in it, name one: one, two", false},
		{two + ":three", `no such image: "three"; it has one, two`, true},
		{two + "@sha256:abc", "wrong number of hex digits", false},
		{two + "@sha256:" + strings.Repeat("0", 64), "no such file", false},
		{"docker:nowhere", "no such image (No such image: x)", true},
		{host + "/nowhere:1", "no such image", true},
		{"NOT A REFERENCE", "neither a file nor an image reference", false},
		{t.TempDir(), "neither an index.json (OCI layout) nor", false},
		{noTar, "reading the archive", false},
		{packed(t, []item{file("x", "")}, false), "neither index.json (OCI) nor manifest.json (docker save)", false},
		{packed(t, []item{file("manifest.json", `[{"Config":"../../etc/passwd"}]`)}, false), "not exist", false},
		{packed(t, []item{symlink("manifest.json", "manifest.json")}, false), "links loop", false},
		{packed(t, []item{file("repositories", `{"a":{}}`)}, false), "older than 1.10", false},
		{packed(t, []item{file("manifest.json", "["+strings.Repeat("{},", maxSaved)+"{}]")}, false), "more than the limit", false},
		{"archive:" + filepath.Dir(outside), "leads out of", false},
		{"oci:" + t.TempDir(), "neither an index.json", false},
		{"dir:" + noTar, "is no directory", false},
		{packed(t, []item{file("index.json", `{`)}, false), "parsing index.json", false},
	}
	opts := Options{DockerHost: "unix://" + daemon(t, noTar)}
	for _, tt := range tests {
		_, err := Open(context.Background(), tt.ref, opts)
		if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrNotFound) != tt.notFound {
			t.Errorf("Open(%q): %v, want %q (not found: %v)", tt.ref, err, tt.want, tt.notFound)
		}
	}
	if _, err := Open(context.Background(), two, Options{Platform: "amd64"}); err == nil {
		t.Error("platform amd64 was accepted")
	}
}

func TestPlatforms(t *testing.T) {
	index := v1.ImageIndex(empty.Index)
	digests := map[string]string{}
	for _, arch := range []string{"amd64", "arm64"} {
		img := imageOf(t, []item{file("is-"+arch, "")})
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
		h, err := img.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests[arch] = h.String()
	}
	index = mutate.AppendManifests(index, mutate.IndexAddendum{
		Add: empty.Image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}},
	})
	flat := t.TempDir()
	if _, err := layout.Write(flat, index); err != nil {
		t.Fatal(err)
	}
	nested := t.TempDir()
	p, err := layout.Write(nested, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AppendIndex(index); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{flat, nested} {
		for arch, digest := range digests {
			s, err := OpenLayout(dir, "", Options{Platform: "linux/" + arch})
			if err != nil {
				t.Fatal(err)
			}
			if s.Digest() != digest {
				t.Errorf("linux/%s is %s, want %s", arch, s.Digest(), digest)
			}
		}
		_, err := OpenLayout(dir, "", Options{Platform: "linux/s390x"})
		if err == nil || !strings.Contains(err.Error(), "no image for linux/s390x; there are linux/amd64, linux/arm64") {
			t.Errorf("s390x: %v", err)
		}
	}
}

// TestDamage changes single blobs of a good layout.
func TestDamage(t *testing.T) {
	// The same layer with another letter in a file, compressed to as many
	// bytes.
	other := func(b []byte) []byte {
		r, err := layerOf(t, archive(t, []item{file("etc/a", "throw"), wh("etc", "b")})).Compressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || len(data) != len(b) {
			t.Fatalf("%d bytes instead of %d, %v", len(data), len(b), err)
		}
		return data
	}
	tests := []struct {
		name   string
		damage func(layer []byte) []byte
		want   string
	}{
		{"truncated", func(b []byte) []byte { return b[:len(b)/2] }, "bytes are stored, the manifest says"},
		{"trailing bytes", func(b []byte) []byte { return append(b, make([]byte, 512)...) }, "bytes are stored, the manifest says"},
		{"empty", func([]byte) []byte { return nil }, "0 bytes are stored"},
		{"other content", other, "stored bytes have digest"},
		{"broken end", func(b []byte) []byte { return append(b[:len(b)-4], 1, 2, 3, 4) }, "checksum"},
		{"truncated inside", func(b []byte) []byte { return append(b[:len(b)-40], make([]byte, 40)...) }, "layer 2 of 2"},
		{"no archive", func(b []byte) []byte { return bytes.Repeat([]byte("x"), len(b)) }, "reading the archive"},
		{"xz", func(b []byte) []byte { return append([]byte("\xfd7zXZ\x00"), b[6:]...) }, "bzip2 or xz"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := sample(t)
			dir := layoutOf(t, img)
			layers, err := img.Layers()
			if err != nil {
				t.Fatal(err)
			}
			h, err := layers[1].Digest()
			if err != nil {
				t.Fatal(err)
			}
			blobPath := filepath.Join(dir, "blobs", "sha256", h.Hex)
			data, err := os.ReadFile(blobPath)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(blobPath, tt.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := OpenLayout(dir, "", Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Inventory(context.Background())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "layer 2 of 2 (sha256:"+h.Hex) {
				t.Errorf("error %v, want %q and the layer", err, tt.want)
			}
		})
	}
}

func TestWrongDocuments(t *testing.T) {
	img := sample(t)
	for what, digest := range map[string]func() (v1.Hash, error){"manifest": img.Digest, "config": img.ConfigName} {
		dir := layoutOf(t, img)
		h, err := digest()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "blobs", "sha256", h.Hex), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenLayout(dir, "", Options{}); err == nil || !strings.Contains(err.Error(), "has digest sha256:") {
			t.Errorf("changed %s: %v", what, err)
		}
	}
	// A diffID that the layer's content does not have.
	cf, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	cf = cf.DeepCopy()
	cf.RootFS.DiffIDs[0], cf.RootFS.DiffIDs[1] = cf.RootFS.DiffIDs[1], cf.RootFS.DiffIDs[0]
	swapped, err := mutate.ConfigFile(img, cf)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sourceOf(t, swapped).Inventory(context.Background())
	if err == nil || !strings.Contains(err.Error(), "want diffID") {
		t.Errorf("swapped diffIDs: %v", err)
	}
}

func TestLimits(t *testing.T) {
	sparse := []item{{name: "big", typ: tar.TypeReg, body: strings.Repeat("x", 5000)}}
	tests := []struct {
		name   string
		limits limits
		want   string
	}{
		{"entries", limits{entries: 1, layerBytes: 1 << 20, nameBytes: 1 << 20}, "more than 1 entries"},
		{"names", limits{entries: 100, layerBytes: 1 << 20, nameBytes: 3}, "more than 3 bytes of names"},
		{"image", limits{entries: 100, layerBytes: 1 << 20, nameBytes: 1 << 20, imageBytes: 4000}, "more than 4000 bytes together"},
		{"layer", limits{entries: 100, layerBytes: 100, nameBytes: 1 << 20}, "larger than the limit"},
	}
	for _, tt := range tests {
		s := sourceOf(t, imageOf(t, append(sparse, file("a", ""))))
		s.limits = tt.limits
		if _, err := s.Inventory(context.Background()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	s := sourceOf(t, imageOf(t, []item{file("var/lib/dpkg/status", "Package: a\nVersion: 1\n")}))
	s.limits.captureBytes = 3
	img := inventoryOf(t, s)
	checkUnknowns(t, img.Unknowns, []string{"0 /var/lib/dpkg/status: exceeds 3 bytes"})
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := sourceOf(t, sample(t))
	if _, err := s.Inventory(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if img := inventoryOf(t, s); len(img.Tree) != len(sampleTree) {
		t.Error("a cancelled read spoils the next one")
	}
}

func TestSizes(t *testing.T) {
	img := inventoryOf(t, sourceOf(t, imageOf(t,
		[]item{file("a", "12345"), hard("b", "a"), file("gone", "123"), file("old", "1")},
		[]item{wh(".", "gone"), file("old", "1")},
	)))
	got := img.Sizes()
	if got.Disk != 10 || got.Visible != 6 || got.Wasted != 4 || got.Pull == 0 {
		t.Errorf("sizes %+v", got)
	}
	if c := img.Layers[0].Compression; c != gzipped {
		t.Errorf("compression %q", c)
	}
	if b := img.Tree.Find("/b"); b.Kind != inventory.KindHardlink || b.Digest.IsZero() {
		t.Errorf("hard link: %+v", b)
	}
}

func TestCompressions(t *testing.T) {
	data := archive(t, []item{file("a", strings.Repeat("x", 3<<20))})
	plain := static.NewLayer(data, types.OCIUncompressedLayer)
	layers := map[string]v1.Layer{plainTar: plain}
	for _, c := range []compression.Compression{compression.GZip, compression.ZStd} {
		l, err := tarball.LayerFromOpener(plain.Uncompressed, tarball.WithCompression(c))
		if err != nil {
			t.Fatal(err)
		}
		layers[string(c)] = l
	}
	for want, l := range layers {
		img, err := mutate.AppendLayers(empty.Image, l)
		if err != nil {
			t.Fatal(err)
		}
		inv := inventoryOf(t, sourceOf(t, img))
		if got := inv.Layers[0].Compression; got != want || inv.Sizes().Disk != 3<<20 {
			t.Errorf("%q: read as %q, %+v", want, got, inv.Sizes())
		}
	}
}
