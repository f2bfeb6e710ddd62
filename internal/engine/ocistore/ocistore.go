// Package ocistore keeps built images in one OCI image layout, so that they
// share their blobs, and forgets the oldest ones.
package ocistore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/atomicfile"
	"schlank/internal/bounded"
)

// annotationAdded is when an image came into the store, RFC 3339.
const annotationAdded = "io.schlank.added"

// maxJSON bounds the manifests and indexes read from the layout, in bytes.
const maxJSON = 4 << 20

// Store is an OCI layout that this process writes to. Methods may be called
// from several goroutines.
type Store struct {
	dir     string
	content content.Store
	mu      sync.Mutex
	// users is locked, shared, while the store is open, so that no other
	// process removes blobs that this one is about to name.
	users *os.File
}

// ErrInUse is wrapped by Keep when another process has the store open.
var ErrInUse = errors.New("the image store is in use by another process")

// Open opens the layout in dir and makes it when there is none.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the image store: %w", err)
	}
	cs, err := contentlocal.NewStore(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the image store: %w", err)
	}
	users, err := lockShared(filepath.Join(dir, "users.lock"))
	if err != nil {
		return nil, fmt.Errorf("locking the image store: %w", err)
	}
	s := &Store{dir: dir, content: cs, users: users}
	layout, err := json.Marshal(ocispecs.ImageLayout{Version: ocispecs.ImageLayoutVersion})
	if err == nil {
		err = atomicfile.Write(filepath.Join(dir, ocispecs.ImageLayoutFile), layout, 0o644)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("marking the image store: %w", err), users.Close())
	}
	return s, nil
}

// Close gives the store free.
func (s *Store) Close() error { return s.users.Close() }

// Dir is the directory of the layout.
func (s *Store) Dir() string { return s.dir }

// Content gives access to the blobs.
func (s *Store) Content() content.Store { return s.content }

// Add names the manifest desc, whose blobs are in the store, in the index.
func (s *Store) Add(desc ocispecs.Descriptor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, err := lockExclusive(filepath.Join(s.dir, "index.lock"))
	if err != nil {
		return fmt.Errorf("locking the image store: %w", err)
	}
	defer index.Close()
	idx, err := s.readIndex()
	if err != nil {
		return err
	}
	kept := idx.Manifests[:0]
	for _, m := range idx.Manifests {
		if m.Digest != desc.Digest {
			kept = append(kept, m)
		}
	}
	desc.Annotations = map[string]string{annotationAdded: time.Now().UTC().Format(time.RFC3339Nano)}
	idx.Manifests = append(kept, desc)
	return s.writeIndex(idx)
}

// Keep removes all but the n images added last and every blob that no kept
// image needs. It returns the bytes freed. ErrInUse says that nothing was
// removed because another process may be using the blobs.
func (s *Store) Keep(n int) (freed int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alone, err := becomeExclusive(s.users)
	if err != nil {
		return 0, fmt.Errorf("locking the image store: %w", err)
	}
	if !alone {
		return 0, ErrInUse
	}
	defer func() { err = errors.Join(err, becomeShared(s.users)) }()
	idx, err := s.readIndex()
	if err != nil {
		return 0, err
	}
	sort.SliceStable(idx.Manifests, func(i, j int) bool {
		return idx.Manifests[i].Annotations[annotationAdded] > idx.Manifests[j].Annotations[annotationAdded]
	})
	idx.Manifests = idx.Manifests[:min(n, len(idx.Manifests))]
	needed := map[digest.Digest]bool{}
	for _, m := range idx.Manifests {
		if err := s.mark(m.Digest, needed); err != nil {
			return 0, err
		}
	}
	if err := s.writeIndex(idx); err != nil {
		return 0, err
	}
	return s.sweep(needed)
}

// Size is the number of images and the bytes of all blobs.
func (s *Store) Size() (images int, bytes int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	idx, err := s.readIndex()
	if err != nil {
		return 0, 0, err
	}
	err = s.eachBlob(func(_ digest.Digest, _ string, size int64) error {
		bytes += size
		return nil
	})
	return len(idx.Manifests), bytes, err
}

// mark adds a manifest and what it refers to; a manifest that is gone marks
// only itself.
func (s *Store) mark(d digest.Digest, needed map[digest.Digest]bool) error {
	needed[d] = true
	b, err := bounded.ReadFile(s.blob(d), maxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var m ocispecs.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("reading manifest %s: %w", d, err)
	}
	needed[m.Config.Digest] = true
	for _, l := range m.Layers {
		needed[l.Digest] = true
	}
	return nil
}

func (s *Store) sweep(needed map[digest.Digest]bool) (freed int64, err error) {
	err = s.eachBlob(func(d digest.Digest, path string, size int64) error {
		if needed[d] {
			return nil
		}
		freed += size
		return os.Remove(path)
	})
	return freed, err
}

func (s *Store) eachBlob(f func(d digest.Digest, path string, size int64) error) error {
	dir := filepath.Join(s.dir, ocispecs.ImageBlobsDir, "sha256")
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			continue // removed meanwhile
		}
		if err := f(digest.NewDigestFromEncoded(digest.SHA256, e.Name()), filepath.Join(dir, e.Name()), info.Size()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) blob(d digest.Digest) string {
	return filepath.Join(s.dir, ocispecs.ImageBlobsDir, d.Algorithm().String(), d.Encoded())
}

func (s *Store) readIndex() (ocispecs.Index, error) {
	idx := ocispecs.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispecs.MediaTypeImageIndex}
	b, err := bounded.ReadFile(filepath.Join(s.dir, ocispecs.ImageIndexFile), maxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return idx, nil
	}
	if err != nil {
		return idx, fmt.Errorf("reading the image store's index: %w", err)
	}
	if err := json.Unmarshal(b, &idx); err != nil {
		return idx, fmt.Errorf("reading the image store's index: %w (delete %s to start anew)", err, s.dir)
	}
	return idx, nil
}

func (s *Store) writeIndex(idx ocispecs.Index) error {
	b, err := json.Marshal(idx)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.dir, ocispecs.ImageIndexFile), b, 0o644)
}
