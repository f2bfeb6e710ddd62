package enginetest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"sort"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Image is an image to be written into a layout.
type Image struct {
	// Layers are uncompressed.
	Layers [][]byte
	Config ocispecs.ImageConfig
}

// WriteLayout writes an OCI layout whose index names the images.
func WriteLayout(dir string, images map[string]Image) error {
	idx := ocispecs.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispecs.MediaTypeImageIndex}
	names := make([]string, 0, len(images))
	for n := range images {
		names = append(names, n)
	}
	sort.Strings(names)
	w := layoutWriter{dir: dir}
	for _, n := range names {
		d := w.image(images[n])
		d.Annotations = map[string]string{ocispecs.AnnotationRefName: n}
		idx.Manifests = append(idx.Manifests, d)
	}
	w.file(ocispecs.ImageLayoutFile, w.marshal(ocispecs.ImageLayout{Version: ocispecs.ImageLayoutVersion}))
	w.file(ocispecs.ImageIndexFile, w.marshal(idx))
	return w.err
}

// layoutWriter keeps the first error.
type layoutWriter struct {
	dir string
	err error
}

func (w *layoutWriter) image(img Image) ocispecs.Descriptor {
	config := ocispecs.Image{
		Platform: ocispecs.Platform{OS: "linux", Architecture: runtime.GOARCH},
		Config:   img.Config,
		RootFS:   ocispecs.RootFS{Type: "layers"},
	}
	m := ocispecs.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispecs.MediaTypeImageManifest}
	for _, l := range img.Layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, digest.FromBytes(l))
		m.Layers = append(m.Layers, w.blob(ocispecs.MediaTypeImageLayerGzip, w.compress(l)))
	}
	m.Config = w.blob(ocispecs.MediaTypeImageConfig, w.marshal(config))
	return w.blob(ocispecs.MediaTypeImageManifest, w.marshal(m))
}

func (w *layoutWriter) compress(b []byte) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, err := z.Write(b)
	w.keep(err)
	w.keep(z.Close())
	return buf.Bytes()
}

func (w *layoutWriter) marshal(v any) []byte {
	b, err := json.Marshal(v)
	w.keep(err)
	return b
}

func (w *layoutWriter) blob(mediaType string, b []byte) ocispecs.Descriptor {
	d := ocispecs.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(b), Size: int64(len(b))}
	w.file(filepath.Join(ocispecs.ImageBlobsDir, d.Digest.Algorithm().String(), d.Digest.Encoded()), b)
	return d
}

func (w *layoutWriter) file(name string, b []byte) {
	path := filepath.Join(w.dir, name)
	w.keep(os.MkdirAll(filepath.Dir(path), 0o755))
	w.keep(os.WriteFile(path, b, 0o644))
}

func (w *layoutWriter) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}
