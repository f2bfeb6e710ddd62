package image

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"testing"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"schlank/inventory"
)

// given is a layer as somebody stored it, with the digest of its archive.
type given struct {
	v1.Layer
	diffID v1.Hash
}

func (g given) DiffID() (v1.Hash, error) { return g.diffID, nil }

// storedAs makes an image of one layer of stored bytes.
func storedAs(t testing.TB, data, plain []byte, kind types.MediaType) v1.Image {
	t.Helper()
	h, _, err := v1.SHA256(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, given{static.NewLayer(data, kind), h})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestEStargz reads a layer as the library of the format makes it: a gzip
// member for each file, a table of contents at the end.
func TestEStargz(t *testing.T) {
	plain := archive(t, []item{dir("etc"), file("etc/a", "one"), file("etc/b", "two")})
	made, err := estargz.Build(io.NewSectionReader(bytes.NewReader(plain), 0, int64(len(plain))), estargz.WithPrioritizedFiles([]string{"etc/b"}))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	data, err := io.ReadAll(made)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	img := inventoryOf(t, sourceOf(t, storedAs(t, data, plain, types.OCILayer)))
	if c := img.Layers[0].Compression; c != gzipped {
		t.Errorf("compression %q", c)
	}
	var ours, format []string
	for _, f := range img.Tree {
		if inventory.IsFormatFile(f.Path) {
			format = append(format, f.Path)
		} else {
			ours = append(ours, f.Path)
		}
	}
	if diff := cmp.Diff([]string{"/", "/etc", "/etc/a", "/etc/b"}, ours); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/.prefetch.landmark", "/stargz.index.json"}, format); diff != "" {
		t.Errorf("files of the format (-want +got):\n%s", diff)
	}
}

// TestZstdChunked reads a layer with the skippable frames in which
// zstd:chunked keeps its table of contents.
func TestZstdChunked(t *testing.T) {
	plain := archive(t, []item{file("a", "one")})
	skippable := binary.LittleEndian.AppendUint32([]byte{0x50, 0x2a, 0x4d, 0x18}, 300)
	skippable = append(skippable, bytes.Repeat([]byte("x"), 300)...)
	half := packBytes(t, plain[:700], zstded)
	data := append(append(append(half, skippable...), packBytes(t, plain[700:], zstded)...), skippable...)
	img := inventoryOf(t, sourceOf(t, storedAs(t, data, plain, types.OCILayerZStd)))
	if diff := cmp.Diff([]string{"d / implied", "f /a 3 @0"}, listing(img.Tree)); diff != "" || img.Layers[0].Compression != zstded {
		t.Errorf("%q, tree (-want +got):\n%s", img.Layers[0].Compression, diff)
	}
}
