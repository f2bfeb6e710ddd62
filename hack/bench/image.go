package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// form is a way in which the image is stored. Each is an OCI layout and the
// same as an archive that is both an OCI layout and what `docker save` writes.
type form struct {
	name      string
	mediaType types.MediaType
	pack      func(io.Writer) (io.WriteCloser, error)
	// unpacker is the program that unpacks such layers and does no more.
	unpacker string
}

// forms are gzip as the Go standard library writes it, which is what Docker
// and BuildKit use, zstd at the level that BuildKit has, and none.
var forms = []form{
	{"gzip", types.OCILayer, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, "igzip"},
	{"zstd", types.OCILayerZStd, func(w io.Writer) (io.WriteCloser, error) {
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}, "zstd"},
	{"plain", types.OCIUncompressedLayer, func(w io.Writer) (io.WriteCloser, error) { return nopCloser{w}, nil }, ""},
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func (f *form) layout(dir string) string  { return filepath.Join(dir, f.name) }
func (f *form) archive(dir string) string { return filepath.Join(dir, f.name+".tar") }

// make writes the image of a form, unless it is there.
func (f *form) make(dir, bases string) error {
	if _, err := os.Stat(f.archive(dir)); err == nil {
		return nil
	}
	if err := os.RemoveAll(f.layout(dir)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(f.layout(dir), "blobs", "sha256"), 0o755); err != nil {
		return err
	}
	if err := f.writeImage(f.layout(dir), bases); err != nil {
		return err
	}
	if err := writeArchive(f.archive(dir), f.layout(dir)); err != nil || f.unpacker != "" {
		return err
	}
	return os.RemoveAll(f.layout(dir)) // nothing else reads it
}

// writeImage writes the layout.
func (f *form) writeImage(layout, bases string) error {
	config := v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers"}}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1}
	for i, parts := range layers {
		desc, diffID, err := f.writeLayer(layout, bases, parts)
		if err != nil {
			return fmt.Errorf("making layer %d: %w", i+1, err)
		}
		manifest.Layers = append(manifest.Layers, desc)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, diffID)
		config.History = append(config.History, v1.History{CreatedBy: fmt.Sprintf("layer %d of the benchmark", i+1)})
	}
	var err error
	if manifest.Config, err = writeJSON(layout, types.OCIConfigJSON, config); err != nil {
		return err
	}
	desc, err := writeJSON(layout, types.OCIManifestSchema1, manifest)
	if err != nil {
		return err
	}
	desc.Annotations = map[string]string{"org.opencontainers.image.ref.name": "bench:" + f.name}
	index, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{desc}})
	if err != nil {
		return err
	}
	saved, err := json.Marshal([]map[string]any{{
		"Config": blobName(manifest.Config.Digest), "RepoTags": []string{"bench:" + f.name}, "Layers": blobNames(manifest.Layers),
	}})
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`), "index.json": index, "manifest.json": saved,
	} {
		if err := os.WriteFile(filepath.Join(layout, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func blobName(h v1.Hash) string { return "blobs/sha256/" + h.Hex }

func blobNames(descs []v1.Descriptor) []string {
	var names []string
	for _, d := range descs {
		names = append(names, blobName(d.Digest))
	}
	return names
}

// writeLayer packs the parts of a layer into one blob.
func (f *form) writeLayer(layout, bases string, parts []part) (v1.Descriptor, v1.Hash, error) {
	file, err := os.Create(filepath.Join(layout, "layer.part"))
	if err != nil {
		return v1.Descriptor{}, v1.Hash{}, err
	}
	defer file.Close()
	stored, plain := &counter{h: sha256.New()}, &counter{h: sha256.New()}
	packer, err := f.pack(io.MultiWriter(file, stored))
	if err != nil {
		return v1.Descriptor{}, v1.Hash{}, err
	}
	w := tar.NewWriter(io.MultiWriter(packer, plain))
	for _, p := range parts {
		if err := p.copyTo(w, bases); err != nil {
			return v1.Descriptor{}, v1.Hash{}, fmt.Errorf("%s: %w", p.image, err)
		}
	}
	if err := w.Close(); err != nil {
		return v1.Descriptor{}, v1.Hash{}, err
	}
	if err := packer.Close(); err != nil {
		return v1.Descriptor{}, v1.Hash{}, err
	}
	desc := v1.Descriptor{MediaType: f.mediaType, Size: stored.n, Digest: stored.digest()}
	return desc, plain.digest(), os.Rename(file.Name(), filepath.Join(layout, blobName(desc.Digest)))
}

// counter counts and hashes what is written to it.
type counter struct {
	n int64
	h hash.Hash
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.h.Write(p)
}

func (c *counter) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", c.h.Sum(nil))}
}

func writeJSON(layout string, mediaType types.MediaType, v any) (v1.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	h := v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(data))}
	desc := v1.Descriptor{MediaType: mediaType, Size: int64(len(data)), Digest: h}
	return desc, os.WriteFile(filepath.Join(layout, blobName(h)), data, 0o644)
}

// writeArchive packs a layout; its name appears when it is whole.
func writeArchive(name, layout string) error {
	file, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	defer file.Close()
	w := tar.NewWriter(file)
	if err := w.AddFS(os.DirFS(layout)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
