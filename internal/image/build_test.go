package image

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"schlank/inventory"
)

// item is an entry of a test layer.
type item struct {
	name string
	typ  byte // 0: a file
	body string
	link string
	mode int64
}

func file(name, body string) item { return item{name: name, typ: tar.TypeReg, body: body, mode: 0o644} }
func dir(name string) item        { return item{name: name, typ: tar.TypeDir, mode: 0o755} }
func symlink(name, to string) item {
	return item{name: name, typ: tar.TypeSymlink, link: to, mode: 0o777}
}
func hard(name, to string) item { return item{name: name, typ: tar.TypeLink, link: to, mode: 0o644} }
func wh(dir, name string) item  { return file(dir+"/.wh."+name, "") }
func opaque(dir string) item    { return file(dir+"/.wh..wh..opq", "") }

func archive(t testing.TB, items []item) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, it := range items {
		h := &tar.Header{Name: it.name, Typeflag: it.typ, Size: int64(len(it.body)), Linkname: it.link, Mode: it.mode}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, it.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func layerOf(t testing.TB, tarBytes []byte) v1.Layer {
	t.Helper()
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(tarBytes)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// imageOf makes an image with a history entry for each layer.
func imageOf(t testing.TB, layers ...[]item) v1.Image {
	t.Helper()
	var archives [][]byte
	for _, items := range layers {
		archives = append(archives, archive(t, items))
	}
	return imageFrom(t, archives...)
}

// imageFrom is imageOf for layers that no item can describe.
func imageFrom(t testing.TB, layers ...[]byte) v1.Image {
	t.Helper()
	img := empty.Image
	for _, data := range layers {
		var err error
		img, err = mutate.Append(img, mutate.Addendum{
			Layer:   layerOf(t, data),
			History: v1.History{CreatedBy: "RUN something"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	img, err := mutate.Config(img, v1.Config{Env: []string{"A=b"}, Cmd: []string{"/bin/sh"}})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// layoutOf writes an OCI layout with one image.
func layoutOf(t testing.TB, img v1.Image, opts ...layout.Option) string {
	t.Helper()
	dir := t.TempDir()
	p, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AppendImage(img, opts...); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sourceOf opens an image by way of a layout.
func sourceOf(t testing.TB, img v1.Image) *Source {
	t.Helper()
	s, err := OpenLayout(layoutOf(t, img), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func inventoryOf(t testing.TB, s *Source) *inventory.Image {
	t.Helper()
	img, err := s.Inventory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return img
}
