package attribute_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"schlank/internal/image"
	"schlank/inventory"
)

// item is an entry of a test layer.
type item struct {
	name, body, link string
	typ              byte
	mode             int64
}

func file(name, body string) item { return item{name: name, typ: tar.TypeReg, body: body, mode: 0o644} }
func dir(name string) item        { return item{name: name, typ: tar.TypeDir, mode: 0o755} }
func hard(name, to string) item   { return item{name: name, typ: tar.TypeLink, link: to, mode: 0o644} }
func symlink(name, to string) item {
	return item{name: name, typ: tar.TypeSymlink, link: to, mode: 0o777}
}
func wh(name string) item     { return file(path.Join(path.Dir(name), ".wh."+path.Base(name)), "") }
func opaque(name string) item { return file(name+"/.wh..wh..opq", "") }

// layer is a test layer and the history entry that made it.
type layer struct {
	by    string
	items []item
}

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

// imageOf reads an image made of layers, by way of an OCI layout.
func imageOf(t testing.TB, layers ...layer) *inventory.Image {
	t.Helper()
	return read(t, packed(t, layers))
}

func packed(t testing.TB, layers []layer) v1.Image {
	t.Helper()
	var img v1.Image = empty.Image
	for _, l := range layers {
		data := archive(t, l.items)
		lay, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
		if err != nil {
			t.Fatal(err)
		}
		img, err = mutate.Append(img, mutate.Addendum{Layer: lay, History: v1.History{CreatedBy: l.by}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return img
}

func read(t testing.TB, img v1.Image) *inventory.Image {
	t.Helper()
	dir := t.TempDir()
	p, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AppendImage(img); err != nil {
		t.Fatal(err)
	}
	s, err := image.OpenLayout(dir, "", image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	inv, err := s.Inventory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// randomLayers makes layers of few, short paths, so that everything collides
// with everything: deletions, opaque directories, links, replaced types.
func randomLayers(r *rand.Rand) []layer {
	dirs := []string{"a", "b", "c", "app", "usr/share/doc", "root/.cache/pip", "usr/include", "var/lib/apt/lists", "x/.git", "p/node_modules/q"}
	leaf := []string{"a", "b", "a-", "c", "x.pyc", "y.a", "tests", "d"}
	bodies := []string{"", "1", "22", "333", string(bytes.Repeat([]byte("z"), 5000))}
	layers := make([]layer, 1+r.IntN(6))
	for l := range layers {
		layers[l].by = []string{"COPY . . # buildkit", "RUN /bin/sh -c make # buildkit", "", "/bin/sh -c #(nop) ADD file:1 in / "}[r.IntN(4)]
		for range r.IntN(12) {
			p := leaf[r.IntN(len(leaf))]
			for range r.IntN(3) {
				p = path.Join(dirs[r.IntN(len(dirs))], p)
			}
			other := path.Join(dirs[r.IntN(len(dirs))], leaf[r.IntN(len(leaf))])
			it := file(p, bodies[r.IntN(len(bodies))])
			switch r.IntN(12) {
			case 0:
				it = dir(p)
			case 1:
				it = wh(p)
			case 2:
				it = opaque(path.Dir(p))
			case 3:
				it = symlink(p, "/"+other)
			case 4, 5:
				it = hard(p, other)
			case 6:
				if n := len(layers[l].items); n > 0 {
					it = hard(p, layers[l].items[r.IntN(n)].name)
				}
			case 7:
				it.mode = 0o755
			}
			layers[l].items = append(layers[l].items, it)
		}
	}
	return layers
}

func describe(layers []layer) string {
	var b bytes.Buffer
	for i, l := range layers {
		fmt.Fprintf(&b, "layer %d\n", i)
		for _, it := range l.items {
			fmt.Fprintf(&b, "  %c %s %d %s\n", it.typ, it.name, len(it.body), it.link)
		}
	}
	return b.String()
}
