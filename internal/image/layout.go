package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// store holds the named files of an OCI layout or of a docker archive.
type store interface {
	// open returns a file's content and length. The error is fs.ErrNotExist
	// for a name that is not there.
	open(name string) (io.ReadCloser, int64, error)
}

// dirStore is a directory. Links in it are followed: build systems make
// layouts of links into their caches. Names are not to lead out of it.
type dirStore string

func (d dirStore) open(name string) (io.ReadCloser, int64, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, 0, fmt.Errorf("%q leads out of %s", shorten(name), string(d))
	}
	f, err := os.Open(filepath.Join(string(d), filepath.FromSlash(name)))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", f.Name())
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// document reads a small file whole.
func document(st store, name string) ([]byte, error) {
	r, size, err := st.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > maxDocument {
		return nil, fmt.Errorf("%s: %d bytes are more than the limit of %d", name, size, maxDocument)
	}
	return io.ReadAll(io.LimitReader(r, maxDocument))
}

// blobName is where a layout keeps a blob.
func blobName(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }

// verifiedDocument reads a blob and checks its digest.
func verifiedDocument(st store, h v1.Hash) ([]byte, error) {
	if h.Algorithm != "sha256" {
		return nil, fmt.Errorf("digest %s: only sha256 is known", h)
	}
	data, err := document(st, blobName(h))
	if err != nil {
		return nil, err
	}
	return data, checkDigest(data, h)
}

func checkDigest(data []byte, h v1.Hash) error {
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != h.Hex {
		return fmt.Errorf("%s has digest sha256:%x", h, sum)
	}
	return nil
}

// OpenLayout opens an image of the OCI layout in dir. Which one, says at:
// "sha256:…" is the digest of a manifest or an index, anything else a
// reference or tag that the layout's index gives a name, "" the only image.
func OpenLayout(dir, at string, opts Options) (*Source, error) {
	what := dir
	if at != "" {
		what += "@" + at
	}
	s, err := openStore(dirStore(dir), at, opts)
	if err != nil {
		return nil, fmt.Errorf("opening the OCI layout %s: %w", what, err)
	}
	s.Name, s.Kind = what, KindLayout
	s.use(opts)
	return s, nil
}

// openStore finds the image in a layout and reads its manifest and config.
func openStore(st store, at string, opts Options) (*Source, error) {
	desc, err := pick(st, at, opts)
	if err != nil {
		return nil, err
	}
	read := func(h v1.Hash) ([]byte, error) { return verifiedDocument(st, h) }
	data, err := manifestFor(read, desc.Digest, opts.Platform)
	if err != nil {
		return nil, err
	}
	return newSource(data, read, func(d v1.Descriptor) opener {
		return func(context.Context) (io.ReadCloser, error) {
			r, size, err := st.open(blobName(d.Digest))
			if err == nil && size != d.Size {
				return nil, errors.Join(fmt.Errorf("%d bytes are stored, the manifest says %d", size, d.Size), r.Close())
			}
			return r, err
		}
	})
}

// The annotations that name an image of a layout: the OCI specification's,
// and what containerd and BuildKit add with the full reference.
const (
	refNameAnnotation   = "org.opencontainers.image.ref.name"
	imageNameAnnotation = "io.containerd.image.name"
)

// pick finds the descriptor that at names.
func pick(st store, at string, opts Options) (v1.Descriptor, error) {
	if strings.HasPrefix(at, "sha256:") {
		h, err := v1.NewHash(at)
		return v1.Descriptor{Digest: h}, err
	}
	index, err := readIndex(st)
	if err != nil {
		return v1.Descriptor{}, err
	}
	if at != "" {
		for _, d := range index.Manifests {
			if isNamed(d, at) {
				return d, nil
			}
		}
		return v1.Descriptor{}, fmt.Errorf("%w: %q; it has %s", ErrNotFound, at, names(index))
	}
	images := withoutAttestations(index.Manifests)
	if len(images) == 1 {
		return images[0], nil
	}
	if !differ(images, opts.Platform) {
		return v1.Descriptor{}, fmt.Errorf("%d images in it, name one: %s", len(images), names(index))
	}
	return choosePlatform(images, opts.Platform)
}

// differ says whether the images of an index are one image for several
// platforms, rather than several images.
func differ(images []v1.Descriptor, platform string) bool {
	for _, d := range images {
		if d.Platform == nil {
			return false
		}
	}
	return len(matching(images, platform)) <= 1
}

func readIndex(st store) (*v1.IndexManifest, error) {
	data, err := document(st, "index.json")
	if err != nil {
		return nil, err
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("parsing index.json: %w", err)
	}
	return &index, nil
}

// isNamed says whether an annotation of d is at, as written or as a reference
// in full form ("python:3.11" is "docker.io/library/python:3.11").
func isNamed(d v1.Descriptor, at string) bool {
	for _, key := range []string{imageNameAnnotation, refNameAnnotation} {
		n, ok := d.Annotations[key]
		if ok && (n == at || sameReference(n, at)) {
			return true
		}
	}
	return false
}

func sameReference(a, b string) bool {
	ra, errA := name.ParseReference(a)
	rb, errB := name.ParseReference(b)
	return errA == nil && errB == nil && ra.Name() == rb.Name()
}

// names lists what an index calls its images, for messages.
func names(index *v1.IndexManifest) string {
	var list []string
	for _, d := range index.Manifests {
		n := d.Annotations[imageNameAnnotation]
		if n == "" {
			n = d.Annotations[refNameAnnotation]
		}
		if n == "" {
			n = d.Digest.String()
		}
		list = append(list, n)
	}
	return several(list)
}
