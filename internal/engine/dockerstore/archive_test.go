package dockerstore

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func newStore(t testing.TB) content.Store {
	t.Helper()
	s, err := contentlocal.NewStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// savedImage is an archive of `docker save` with two layers.
func savedImage(t testing.TB, change func(*ocispecs.Image, *archiveItem)) []byte {
	t.Helper()
	layers := [][]byte{[]byte("first layer"), []byte("second layer")}
	item := archiveItem{Config: "config.json", Layers: []string{"a/layer.tar", "b/layer.tar"}}
	var img ocispecs.Image
	for _, l := range layers {
		img.RootFS.DiffIDs = append(img.RootFS.DiffIDs, digest.FromBytes(l))
	}
	if change != nil {
		change(&img, &item)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, data []byte) {
		if err := addBytes(w, name, data); err != nil {
			t.Fatal(err)
		}
	}
	config, err := json.Marshal(img)
	if err != nil {
		t.Fatal(err)
	}
	index, err := json.Marshal([]archiveItem{item})
	if err != nil {
		t.Fatal(err)
	}
	add("a/VERSION", []byte("1.0"))
	add("a/layer.tar", layers[0])
	add("b/layer.tar", layers[1])
	if err := w.WriteHeader(&tar.Header{Name: "c/layer.tar", Typeflag: tar.TypeSymlink, Linkname: "../a/layer.tar"}); err != nil {
		t.Fatal(err)
	}
	add("config.json", config)
	add("manifest.json", index)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadArchive(t *testing.T) {
	tests := []struct {
		name   string
		change func(*ocispecs.Image, *archiveItem)
		layers int // 0 for an error
	}{
		{"two layers", nil, 2},
		{"repeated layer by link", func(img *ocispecs.Image, it *archiveItem) {
			img.RootFS.DiffIDs = append(img.RootFS.DiffIDs, img.RootFS.DiffIDs[0])
			it.Layers = append(it.Layers, "c/layer.tar")
		}, 3},
		{"layers in the wrong order", func(_ *ocispecs.Image, it *archiveItem) {
			it.Layers[0], it.Layers[1] = it.Layers[1], it.Layers[0]
		}, 0},
		{"missing layer", func(_ *ocispecs.Image, it *archiveItem) { it.Layers[1] = "x/layer.tar" }, 0},
		{"more layers than the config has", func(img *ocispecs.Image, _ *archiveItem) { img.RootFS.DiffIDs = img.RootFS.DiffIDs[:1] }, 0},
		{"missing config", func(_ *ocispecs.Image, it *archiveItem) { it.Config = "other.json" }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := context.Background()
			cs := newStore(t)
			desc, err := readArchive(ctx, bytes.NewReader(savedImage(t, tt.change)), cs)
			if tt.layers == 0 {
				if err == nil {
					t.Error("it was read without an error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var m ocispecs.Manifest
			b, err := readBlob(ctx, cs, desc)
			if err == nil {
				err = json.Unmarshal(b, &m)
			}
			if err != nil || len(m.Layers) != tt.layers {
				t.Errorf("%d layers, %v; want %d", len(m.Layers), err, tt.layers)
			}
		})
	}
}

// TestRoundTrip writes what was read and reads it again.
func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	cs := newStore(t)
	desc, err := readArchive(ctx, bytes.NewReader(savedImage(t, nil)), cs)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeArchive(ctx, &b, cs, desc.Digest, "name:tag"); err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name[len(h.Name)-4:]]++
	}
	if d := cmp.Diff(map[string]int{"json": 2, ".tar": 2}, files); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := writeArchive(ctx, io.Discard, cs, digest.FromString("other"), "name:tag"); err == nil {
		t.Error("an image that is not there was written")
	}
}

// FuzzReadArchive holds that what is accepted is an image whose blobs are all
// there.
func FuzzReadArchive(f *testing.F) {
	f.Add(savedImage(f, nil))
	f.Add([]byte("not a tar"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx := context.Background()
		cs := newStore(t)
		desc, err := readArchive(ctx, bytes.NewReader(b), cs)
		if err != nil {
			return
		}
		if err := writeArchive(ctx, io.Discard, cs, desc.Digest, "name:tag"); err != nil {
			t.Errorf("accepted, but incomplete: %v", err)
		}
	})
}
