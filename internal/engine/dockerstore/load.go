package dockerstore

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// archiveItem is an image in manifest.json of an archive of `docker save`.
type archiveItem struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// writeArchive writes an image as `docker save` would.
func writeArchive(ctx context.Context, w io.Writer, from content.Provider, manifest digest.Digest, name string) error {
	var m ocispecs.Manifest
	b, err := readBlob(ctx, from, ocispecs.Descriptor{Digest: manifest})
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return fmt.Errorf("reading manifest %s: %w", manifest, err)
	}
	config, err := readBlob(ctx, from, m.Config)
	if err != nil {
		return fmt.Errorf("reading config %s: %w", m.Config.Digest, err)
	}
	item := archiveItem{Config: m.Config.Digest.Encoded() + ".json", RepoTags: []string{name}}
	tw := tar.NewWriter(w)
	if err := addBytes(tw, item.Config, config); err != nil {
		return err
	}
	written := map[string]bool{}
	for _, l := range m.Layers {
		file := l.Digest.Encoded() + ".tar"
		item.Layers = append(item.Layers, file)
		if written[file] {
			continue
		}
		written[file] = true
		if err := addLayer(ctx, tw, file, from, l); err != nil {
			return fmt.Errorf("layer %s: %w", l.Digest, err)
		}
	}
	index, err := json.Marshal([]archiveItem{item})
	if err == nil {
		err = addBytes(tw, "manifest.json", index)
	}
	if err != nil {
		return err
	}
	return tw.Close()
}

func addBytes(w *tar.Writer, name string, b []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// addLayer adds a layer in a compression that every Docker reads: none or
// gzip. Others are taken off by way of a temporary file, for the size has to
// be known beforehand.
func addLayer(ctx context.Context, w *tar.Writer, name string, from content.Provider, l ocispecs.Descriptor) error {
	ra, err := from.ReaderAt(ctx, l)
	if err != nil {
		return err
	}
	defer ra.Close()
	var r io.Reader = io.NewSectionReader(ra, 0, ra.Size())
	size := ra.Size()
	if !strings.HasSuffix(l.MediaType, "gzip") && !strings.HasSuffix(l.MediaType, "tar") {
		f, err := decompressed(r)
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		if size, err = f.Seek(0, io.SeekCurrent); err != nil {
			return err
		}
		r = io.NewSectionReader(f, 0, size)
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: size}); err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

func decompressed(r io.Reader) (*os.File, error) {
	z, err := compression.DecompressStream(r)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	f, err := os.CreateTemp("", "schlank-layer-")
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, z); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// readBlob reads a JSON document.
func readBlob(ctx context.Context, from content.Provider, d ocispecs.Descriptor) ([]byte, error) {
	ra, err := from.ReaderAt(ctx, d)
	if err != nil {
		return nil, err
	}
	defer ra.Close()
	if ra.Size() > maxJSON {
		return nil, fmt.Errorf("larger than %d bytes", maxJSON)
	}
	return io.ReadAll(io.NewSectionReader(ra, 0, ra.Size()))
}
