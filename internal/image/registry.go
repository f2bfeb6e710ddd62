package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// openRegistry opens an image of a registry, with the credentials of the
// Docker configuration. Layers are fetched when they are first read.
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
	if slices.Contains(opts.PlainHTTP, r.Context().RegistryStr()) {
		if r, err = name.ParseReference(ref, name.Insecure); err != nil {
			return nil, err
		}
	}
	// One puller keeps the registry's token for all requests.
	puller, err := remote.NewPuller(remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		return nil, err
	}
	head, err := puller.Get(ctx, r)
	if err != nil {
		return nil, notFound(err)
	}
	repo := r.Context()
	manifest, err := manifestFor(func(h v1.Hash) ([]byte, error) {
		if h == head.Digest {
			return head.Manifest, nil
		}
		d, err := puller.Get(ctx, repo.Digest(h.String()))
		if err != nil {
			return nil, err
		}
		return d.Manifest, nil
	}, head.Digest, opts.Platform)
	if err != nil {
		return nil, err
	}
	cache := &blobCache{parent: opts.TempDir, locks: map[string]*sync.Mutex{}}
	fetch := func(ctx context.Context, h v1.Hash) (io.ReadCloser, error) {
		layer, err := puller.Layer(ctx, repo.Digest(h.String()))
		if err != nil {
			return nil, err
		}
		return layer.Compressed()
	}
	s, err := newSource(manifest, func(h v1.Hash) ([]byte, error) {
		return smallBlob(ctx, h, fetch)
	}, func(d v1.Descriptor) opener {
		return func(ctx context.Context) (io.ReadCloser, error) {
			return cache.open(d.Digest.Hex, d.Size, func() (io.ReadCloser, error) { return fetch(ctx, d.Digest) })
		}
	})
	if err != nil {
		return nil, err
	}
	s.closer = cache.Close
	return s, nil
}

// notFound makes the registry's 404 recognisable.
func notFound(err error) error {
	var te *transport.Error
	if errors.As(err, &te) && te.StatusCode == http.StatusNotFound {
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return err
}

// smallBlob fetches a config and checks its digest.
func smallBlob(ctx context.Context, h v1.Hash, fetch func(context.Context, v1.Hash) (io.ReadCloser, error)) ([]byte, error) {
	r, err := fetch(ctx, h)
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
