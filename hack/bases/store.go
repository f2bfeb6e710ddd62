package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Annotations of the manifests in the store's index.
const (
	annotationRef   = "org.opencontainers.image.ref.name"
	annotationImage = "io.containerd.image.name"
	annotationKey   = "io.schlank.key"
)

// labelStandIn is how an image, and whatever is built on it, says that it is
// not the official one.
const labelStandIn = "io.schlank.stand-in"

// store is the OCI layout that is filled. Images come into it in two steps,
// blobs first, and a new index.json renamed over the old one: a run that ends
// anywhere in between leaves the store as it was.
type store struct {
	dir   string
	path  layout.Path
	lock  io.Closer
	index *v1.IndexManifest
}

// openStore takes the store in dir for this process and makes it if needed.
func openStore(dir string, notice io.Writer) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the base store: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"), notice)
	if err != nil {
		return nil, fmt.Errorf("locking the base store: %w", err)
	}
	s := &store{dir: dir, lock: lock}
	if err := s.read(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("opening the base store %s: %w", dir, err)
	}
	return s, nil
}

func (s *store) Close() error { return s.lock.Close() }

func (s *store) read() error {
	var err error
	s.path, err = layout.FromPath(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		s.path, err = layout.Write(s.dir, empty.Index)
	}
	if err != nil {
		return err
	}
	index, err := s.path.ImageIndex()
	if err != nil {
		return err
	}
	s.index, err = index.IndexManifest()
	return err
}

// normalReference is the full form of a reference to an official image.
func normalReference(ref string) string { return "docker.io/library/" + ref }

// upToDate tells whether every reference of the recipe names an image with
// this key whose blobs are all there.
func (s *store) upToDate(r *recipe, key string) bool {
	for _, ref := range r.Provides {
		i := slices.IndexFunc(s.index.Manifests, func(d v1.Descriptor) bool {
			return d.Annotations[annotationImage] == normalReference(ref) && d.Annotations[annotationKey] == key
		})
		if i < 0 || !s.complete(s.index.Manifests[i].Digest) {
			return false
		}
	}
	return true
}

// contexts maps references of the store to their images, in the spelling of
// a build's named contexts.
func (s *store) contexts(refs []string) map[string]string {
	found := map[string]string{}
	for _, d := range s.index.Manifests {
		for _, ref := range refs {
			if d.Annotations[annotationImage] == normalReference(ref) {
				found[ref] = "oci-layout://" + s.dir + "@" + d.Digest.String()
			}
		}
	}
	return found
}

// complete tells whether a manifest and all that it names are in the store.
func (s *store) complete(manifest v1.Hash) bool {
	blobs, err := s.reachable(manifest)
	if err != nil {
		return false
	}
	for h := range blobs {
		if _, err := os.Stat(s.blob(h)); err != nil {
			return false
		}
	}
	return true
}

// put takes an image in under the recipe's references.
func (s *store) put(r *recipe, img v1.Image, key string) error {
	img, err := labelled(img, r)
	if err != nil {
		return fmt.Errorf("labelling the image: %w", err)
	}
	if err := s.path.WriteImage(img); err != nil {
		return fmt.Errorf("writing the image to the base store: %w", err)
	}
	desc, err := descriptor(img)
	if err != nil {
		return fmt.Errorf("describing the image: %w", err)
	}
	index := s.index.DeepCopy()
	index.Manifests = slices.DeleteFunc(index.Manifests, func(d v1.Descriptor) bool {
		return slices.ContainsFunc(r.Provides, func(ref string) bool { return d.Annotations[annotationImage] == normalReference(ref) })
	})
	for _, ref := range r.Provides {
		d := desc
		d.Annotations = map[string]string{
			annotationRef:   normalReference(ref),
			annotationImage: normalReference(ref),
			annotationKey:   key,
		}
		index.Manifests = append(index.Manifests, d)
	}
	slices.SortFunc(index.Manifests, func(a, b v1.Descriptor) int {
		return strings.Compare(a.Annotations[annotationImage], b.Annotations[annotationImage])
	})
	return s.writeIndex(index)
}

// labelled is img with the label that says for what it stands in.
func labelled(img v1.Image, r *recipe) (v1.Image, error) {
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cfg = cfg.DeepCopy()
	if cfg.Config.Labels == nil {
		cfg.Config.Labels = map[string]string{}
	}
	cfg.Config.Labels[labelStandIn] = r.Provides[0] + ": made from distribution packages"
	return mutate.ConfigFile(img, cfg)
}

func descriptor(img v1.Image) (v1.Descriptor, error) {
	cfg, err := img.ConfigFile()
	if err != nil {
		return v1.Descriptor{}, err
	}
	digest, err := img.Digest()
	if err != nil {
		return v1.Descriptor{}, err
	}
	size, err := img.Size()
	if err != nil {
		return v1.Descriptor{}, err
	}
	return v1.Descriptor{
		MediaType: types.OCIManifestSchema1,
		Digest:    digest,
		Size:      size,
		Platform:  &v1.Platform{OS: cfg.OS, Architecture: cfg.Architecture, Variant: cfg.Variant},
	}, nil
}

func (s *store) writeIndex(index *v1.IndexManifest) error {
	text, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return err
	}
	tmp := filepath.Join(s.dir, "index.json.new")
	if err := os.WriteFile(tmp, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the base store's index: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(s.dir, "index.json")); err != nil {
		return fmt.Errorf("writing the base store's index: %w", err)
	}
	s.index = index
	return nil
}

// sweepAge keeps blobs that a build may be reading by an older index.
const sweepAge = time.Hour

// sweep removes blobs that the index does not reach any more.
func (s *store) sweep(now time.Time) error {
	kept := map[v1.Hash]bool{}
	for _, d := range s.index.Manifests {
		blobs, err := s.reachable(d.Digest)
		if err != nil {
			return fmt.Errorf("tidying the base store: %w", err)
		}
		for h := range blobs {
			kept[h] = true
		}
	}
	dir := filepath.Join(s.dir, "blobs", "sha256")
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tidying the base store: %w", err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil || kept[v1.Hash{Algorithm: "sha256", Hex: e.Name()}] || now.Sub(info.ModTime()) < sweepAge {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("tidying the base store: %w", err)
		}
	}
	return nil
}

// maxManifest bounds an image manifest, in bytes.
const maxManifest = 4 << 20

// reachable is a manifest's digest and those of its config and layers.
func (s *store) reachable(manifest v1.Hash) (map[v1.Hash]bool, error) {
	text, err := readBounded(s.blob(manifest), maxManifest)
	if err != nil {
		return nil, err
	}
	var m v1.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", manifest, err)
	}
	blobs := map[v1.Hash]bool{manifest: true, m.Config.Digest: true}
	for _, l := range m.Layers {
		blobs[l.Digest] = true
	}
	return blobs, nil
}

func (s *store) blob(h v1.Hash) string {
	return filepath.Join(s.dir, "blobs", h.Algorithm, h.Hex)
}
