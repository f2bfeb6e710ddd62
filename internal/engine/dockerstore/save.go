package dockerstore

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/moby/buildkit/identity"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Save streams an image out of Docker into a content store, as an OCI image
// with gzip layers, and returns the descriptor of its manifest.
func (s *Store) Save(ctx context.Context, image string, into content.Ingester) (ocispecs.Descriptor, error) {
	resp, err := s.call(ctx, http.MethodGet, "/images/"+image+"/get", nil, nil)
	if err != nil {
		return ocispecs.Descriptor{}, fmt.Errorf("fetching the image from Docker: %w", err)
	}
	defer resp.Close()
	desc, err := readArchive(ctx, resp, into)
	if err != nil {
		return desc, fmt.Errorf("reading the image from Docker: %w", err)
	}
	return desc, nil
}

// archive is what has been read of an archive of `docker save`. Its
// manifest.json, which tells layers from the rest, comes last.
type archive struct {
	small  map[string][]byte // files that can be JSON
	layers map[string]layer
	links  map[string]string // repeated layers
}

// layer is a layer in the content store, and the digest of its tar.
type layer struct {
	desc   ocispecs.Descriptor
	diffID digest.Digest
}

func readArchive(ctx context.Context, r io.Reader, into content.Ingester) (ocispecs.Descriptor, error) {
	a := archive{small: map[string][]byte{}, layers: map[string]layer{}, links: map[string]string{}}
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return ocispecs.Descriptor{}, err
		}
		if err := a.add(ctx, h, t, into); err != nil {
			return ocispecs.Descriptor{}, fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return a.finish(ctx, into)
}

// maxFiles bounds the files of an archive.
const maxFiles = 10000

func (a *archive) add(ctx context.Context, h *tar.Header, r io.Reader, into content.Ingester) error {
	if len(a.small)+len(a.layers)+len(a.links) > maxFiles {
		return fmt.Errorf("more than %d files", maxFiles)
	}
	name := path.Clean(h.Name)
	switch {
	case h.Typeflag == tar.TypeSymlink:
		a.links[name] = path.Join(path.Dir(name), h.Linkname)
		return nil
	case h.Typeflag != tar.TypeReg:
		return nil
	}
	if h.Size <= maxJSON {
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if json.Valid(b) {
			a.small[name] = b
			return nil
		}
		r = bytes.NewReader(b)
	}
	l, err := ingestLayer(ctx, r, into)
	a.layers[name] = l
	return err
}

// finish makes the manifest.
func (a *archive) finish(ctx context.Context, into content.Ingester) (ocispecs.Descriptor, error) {
	var items []archiveItem
	if err := json.Unmarshal(a.small["manifest.json"], &items); err != nil {
		return ocispecs.Descriptor{}, fmt.Errorf("manifest.json: %w", err)
	}
	if len(items) != 1 {
		return ocispecs.Descriptor{}, fmt.Errorf("manifest.json has %d images, want one", len(items))
	}
	config := a.small[path.Clean(items[0].Config)]
	var img ocispecs.Image
	if err := json.Unmarshal(config, &img); err != nil {
		return ocispecs.Descriptor{}, fmt.Errorf("%s: %w", items[0].Config, err)
	}
	if len(img.RootFS.DiffIDs) != len(items[0].Layers) {
		return ocispecs.Descriptor{}, fmt.Errorf("%d layers, but the config has %d", len(items[0].Layers), len(img.RootFS.DiffIDs))
	}
	m := ocispecs.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispecs.MediaTypeImageManifest}
	for i, name := range items[0].Layers {
		name = path.Clean(name)
		if to, ok := a.links[name]; ok {
			name = to
		}
		l := a.layers[name]
		if l.diffID != img.RootFS.DiffIDs[i] {
			return ocispecs.Descriptor{}, fmt.Errorf("layer %d is %q, the config says %s", i, l.diffID, img.RootFS.DiffIDs[i])
		}
		m.Layers = append(m.Layers, l.desc)
	}
	var err error
	if m.Config, err = ingestBytes(ctx, into, ocispecs.MediaTypeImageConfig, config); err != nil {
		return ocispecs.Descriptor{}, err
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	return ingestBytes(ctx, into, ocispecs.MediaTypeImageManifest, b)
}

// ingestLayer compresses a layer into the store. The result depends on the
// layer alone, so that equal layers share a blob.
func ingestLayer(ctx context.Context, r io.Reader, into content.Ingester) (layer, error) {
	w, err := into.Writer(ctx, content.WithRef("schlank-docker-"+identity.NewID()))
	if err != nil {
		return layer{}, err
	}
	defer w.Close()
	counted := &counter{w: w}
	z := gzip.NewWriter(counted)
	tarHash := digest.Canonical.Digester()
	if _, err := io.Copy(io.MultiWriter(z, tarHash.Hash()), r); err != nil {
		return layer{}, err
	}
	if err := z.Close(); err != nil {
		return layer{}, err
	}
	l := layer{diffID: tarHash.Digest(), desc: ocispecs.Descriptor{
		MediaType: ocispecs.MediaTypeImageLayerGzip, Digest: w.Digest(), Size: counted.n,
	}}
	return l, commit(ctx, w, l.desc)
}

func ingestBytes(ctx context.Context, into content.Ingester, mediaType string, b []byte) (ocispecs.Descriptor, error) {
	d := ocispecs.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(b), Size: int64(len(b))}
	w, err := into.Writer(ctx, content.WithRef("schlank-docker-"+identity.NewID()))
	if err != nil {
		return d, err
	}
	defer w.Close()
	if _, err := w.Write(b); err != nil {
		return d, err
	}
	return d, commit(ctx, w, d)
}

func commit(ctx context.Context, w content.Writer, d ocispecs.Descriptor) error {
	if err := w.Commit(ctx, d.Size, d.Digest); err != nil && !errdefs.IsAlreadyExists(err) {
		return err
	}
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
