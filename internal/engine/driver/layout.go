package driver

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"schlank/internal/engine/ocistore"

	"github.com/containerd/containerd/v2/core/content"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/bounded"
)

// maxIndexBytes bounds the index.json of a user's OCI layout.
const maxIndexBytes = 4 << 20

// layoutContext opens "dir", "dir:tag" or "dir@digest" and returns the
// frontend's spelling of it with the given store id.
func layoutContext(spec, id string) (string, content.Store, error) {
	dir, digest, pinned := strings.Cut(spec, "@")
	tag := ""
	if !pinned {
		if i := strings.LastIndexByte(spec, ':'); i > strings.LastIndexByte(spec, '/') {
			dir, tag = spec[:i], spec[i+1:]
		}
		var err error
		if digest, err = tagged(dir, tag); err != nil {
			return "", nil, err
		}
	}
	return "oci-layout://" + id + "@" + digest, ocistore.Blobs(dir), nil
}

// tagged finds the digest of a tag in a layout's index; without a tag the
// layout must hold a single image.
func tagged(dir, tag string) (string, error) {
	b, err := bounded.ReadFile(filepath.Join(dir, ocispecs.ImageIndexFile), maxIndexBytes)
	if err != nil {
		return "", fmt.Errorf("opening OCI layout: %w", err)
	}
	var idx ocispecs.Index
	if err := json.Unmarshal(b, &idx); err != nil {
		return "", fmt.Errorf("reading %s of OCI layout %s: %w", ocispecs.ImageIndexFile, dir, err)
	}
	if tag == "" && len(idx.Manifests) == 1 {
		return idx.Manifests[0].Digest.String(), nil
	}
	for _, m := range idx.Manifests {
		if tag != "" && m.Annotations[ocispecs.AnnotationRefName] == tag {
			return m.Digest.String(), nil
		}
	}
	if tag == "" {
		return "", errors.New("the OCI layout holds several images: name one as DIR:TAG or DIR@DIGEST")
	}
	return "", fmt.Errorf("no image is tagged %q in OCI layout %s", tag, dir)
}
