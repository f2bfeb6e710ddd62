package optimize

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

	"schlank/engine"
)

const osReleaseText = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_CODENAME=bookworm\n"

// fake is an engine that has prepared images instead of building: the key is
// the start of the name or text of what is asked for.
type fake struct {
	engine.Engine
	t      *testing.T
	images map[string]prepared
	asked  []engine.BuildRequest
}

type prepared struct {
	layers []map[string]string
	base   int
	steps  []engine.Step
	err    error
}

func (f *fake) Build(_ context.Context, req engine.BuildRequest) (*engine.BuildResult, error) {
	f.asked = append(f.asked, req)
	p, ok := f.images[req.Name]
	if !ok {
		f.t.Fatalf("nobody expected %q to be built:\n%s", req.Name, req.Dockerfile)
	}
	if p.err != nil {
		return nil, p.err
	}
	return &engine.BuildResult{Image: store(f.t, p.layers), BaseLayers: p.base, Steps: p.steps, Bases: []engine.Base{{Ref: "base", StandIn: "yes"}}}, nil
}

// store writes an image of layers (path → content) into a layout.
func store(t *testing.T, layers []map[string]string) engine.ImageRef {
	t.Helper()
	img := v1.Image(empty.Image)
	for _, l := range layers {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		for name, body := range l {
			if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(body)), Mode: 0o755, Typeflag: tar.TypeReg}); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, body); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
		if err != nil {
			t.Fatal(err)
		}
		if img, err = mutate.AppendLayers(img, layer); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	p, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AppendImage(img); err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return engine.ImageRef{Layout: dir, Digest: d.String()}
}
