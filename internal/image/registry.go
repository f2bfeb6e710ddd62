package image

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// openRegistry opens an image of a registry or of its mirrors, with the
// credentials of the Docker configuration. Layers are fetched when they are
// first read.
func openRegistry(ctx context.Context, ref string, opts Options) (*Source, error) {
	s, err := registrySource(ctx, ref, opts)
	if err != nil {
		return nil, fmt.Errorf("opening %s in its registry: %w", ref, err)
	}
	s.Name, s.Kind = ref, KindRegistry
	return s, nil
}

func registrySource(ctx context.Context, ref string, opts Options) (*Source, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return nil, fmt.Errorf("neither a file nor an image reference: %w", err)
	}
	places, err := endpoints(r.Context(), &opts)
	if err != nil {
		return nil, err
	}
	manifest, places, err := firstManifest(ctx, places, r.Identifier(), opts.Platform)
	if err != nil {
		return nil, err
	}
	cache := &blobCache{parent: opts.tempDir(), locks: map[string]*sync.Mutex{}}
	s, err := newSource(manifest, func(h v1.Hash) ([]byte, error) {
		return smallBlob(ctx, h, places)
	}, func(d v1.Descriptor) opener {
		return func(ctx context.Context) (io.ReadCloser, error) {
			return cache.open(d.Digest.Hex, d.Size, func() (io.ReadCloser, error) { return fetchBlob(ctx, d.Digest, d.Size, places) })
		}
	})
	if err != nil {
		return nil, err
	}
	s.closer = cache.Close
	return s, nil
}

// firstManifest asks the places in order. It returns the image's manifest
// and the places again, the one that had it first.
func firstManifest(ctx context.Context, places []*endpoint, at, platform string) ([]byte, []*endpoint, error) {
	var tried []error
	for i, e := range places {
		data, err := e.image(ctx, at, platform)
		if err == nil {
			return data, append([]*endpoint{e}, slices.Delete(slices.Clone(places), i, i+1)...), nil
		}
		if ctx.Err() != nil {
			return nil, nil, err
		}
		if len(places) > 1 {
			err = fmt.Errorf("%s: %w", e.host(), err)
		}
		tried = append(tried, err)
	}
	return nil, nil, errors.Join(tried...)
}

// image returns the manifest of one image by tag or digest.
func (e *endpoint) image(ctx context.Context, at, platform string) ([]byte, error) {
	head, err := e.manifest(ctx, at)
	if err != nil {
		return nil, err
	}
	top := v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(head))}
	return manifestFor(func(h v1.Hash) ([]byte, error) {
		if h == top {
			return head, nil
		}
		return e.manifest(ctx, h.String())
	}, top, platform)
}

// smallBlob fetches a config and checks its digest.
func smallBlob(ctx context.Context, h v1.Hash, places []*endpoint) ([]byte, error) {
	r, err := fetchBlob(ctx, h, -1, places)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(&limitReader{r, maxDocument})
	if err != nil {
		return nil, err
	}
	return data, checkDigest(data, h)
}

// blobCache keeps fetched layers in a directory of its own, so that reading
// files of an image later fetches nothing twice.
type blobCache struct {
	parent string

	mu    sync.Mutex
	dir   string
	locks map[string]*sync.Mutex
}

// path returns the place of a blob and the lock that guards its making.
func (c *blobCache) path(hex string) (string, *sync.Mutex, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" {
		dir, err := os.MkdirTemp(c.parent, "schlank-layers-*")
		if err != nil {
			return "", nil, err
		}
		c.dir = dir
	}
	if c.locks[hex] == nil {
		c.locks[hex] = &sync.Mutex{}
	}
	return filepath.Join(c.dir, hex), c.locks[hex], nil
}

// open returns a blob of size bytes, fetched the first time. Its digest is
// checked by the reader.
func (c *blobCache) open(hex string, size int64, fetch func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	p, lock, err := c.path(hex)
	if err != nil {
		return nil, err
	}
	lock.Lock()
	defer lock.Unlock()
	if f, err := os.Open(p); err == nil {
		return f, nil
	}
	r, err := fetch()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := os.Create(p + ".part")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(f, &limitReader{r, size})
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), p); err != nil {
		return nil, err
	}
	return os.Open(p)
}

// Close removes what was fetched.
func (c *blobCache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" {
		return nil
	}
	return os.RemoveAll(c.dir)
}
