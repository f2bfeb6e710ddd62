package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifestTypes are the documents that a registry is asked for.
var manifestTypes = []string{
	string(types.OCIManifestSchema1), string(types.DockerManifestSchema2),
	string(types.OCIImageIndex), string(types.DockerManifestList),
}

// maxLayers bounds the layers of an image. Docker makes 127 at most, overlayfs
// mounts 500.
const maxLayers = 1000

// reader reads and verifies a small blob: an index, manifest or config.
type reader func(v1.Hash) ([]byte, error)

// opener opens a layer as stored.
type opener func(context.Context) (io.ReadCloser, error)

// newSource puts an image together from its verified manifest.
func newSource(manifest []byte, read reader, open func(v1.Descriptor) opener) (*Source, error) {
	m, err := v1.ParseManifest(bytes.NewReader(manifest))
	if err != nil {
		return nil, fmt.Errorf("parsing the manifest: %w", err)
	}
	if err := isImage(m, manifest); err != nil {
		return nil, err
	}
	config, err := read(m.Config.Digest)
	if err != nil {
		return nil, fmt.Errorf("reading the image config: %w", err)
	}
	cf, err := parseConfig(config, len(m.Layers))
	if err != nil {
		return nil, err
	}
	s := &Source{config: cf, limits: defaultLimits(), digest: fmt.Sprintf("sha256:%x", sha256.Sum256(manifest))}
	for i, d := range m.Layers {
		if d.Digest.Algorithm != "sha256" || d.Size < 0 {
			return nil, fmt.Errorf("layer %d has digest %s and %d bytes: only sha256 is known", i+1, d.Digest, d.Size)
		}
		s.blobs = append(s.blobs, blob{
			digest: d.Digest.String(),
			diffID: cf.RootFS.DiffIDs[i].String(),
			size:   d.Size,
			open:   distributed(d, open(d)),
		})
	}
	return s, nil
}

// parseConfig reads the configuration of an image of so many layers.
func parseConfig(config []byte, layers int) (*v1.ConfigFile, error) {
	cf, err := v1.ParseConfigFile(bytes.NewReader(config))
	if err != nil {
		return nil, fmt.Errorf("parsing the image config: %w", err)
	}
	switch {
	case layers > maxLayers:
		return nil, fmt.Errorf("%d layers are more than the limit of %d", layers, maxLayers)
	case layers != len(cf.RootFS.DiffIDs):
		return nil, fmt.Errorf("the manifest has %d layers, the config %d", layers, len(cf.RootFS.DiffIDs))
	}
	for i, id := range cf.RootFS.DiffIDs {
		if id.Algorithm != "sha256" {
			return nil, fmt.Errorf("layer %d has diffID %s: only sha256 is known", i+1, id)
		}
	}
	return cf, nil
}

// isImage says what a manifest describes, if that is no image: registries and
// layouts hold anything, from Helm charts to signatures.
func isImage(m *v1.Manifest, manifest []byte) error {
	config := string(m.Config.MediaType)
	switch m.Config.MediaType {
	case "", types.OCIConfigJSON, types.DockerConfigJSON, "application/octet-stream":
	default:
		kind := artifactType(manifest)
		if kind == "" {
			kind = config
		}
		return fmt.Errorf("%w but an artifact of type %s", errNoImage, shorten(kind))
	}
	for i, d := range m.Layers {
		kind := string(d.MediaType)
		switch {
		case strings.Contains(kind, "+encrypted"):
			return fmt.Errorf("layer %d is encrypted (%s)", i+1, shorten(kind))
		case kind != "" && !strings.Contains(kind, "tar"):
			return fmt.Errorf("%w: its layer %d is of type %s", errNoImage, i+1, shorten(kind))
		}
	}
	return nil
}

// errNoImage says that a manifest is not one of an image.
var errNoImage = errors.New("no image")

// errElsewhere says that a layer may not be distributed and is not where the
// image is. It is not looked for at the addresses in the manifest: whoever
// wrote that would make this machine ask whatever address they like.
var errElsewhere = errors.New("layer is not distributed with the image")

// distributed recognises the absence of a layer that need not be there.
func distributed(d v1.Descriptor, open opener) opener {
	if d.MediaType.IsDistributable() && len(d.URLs) == 0 {
		return open
	}
	return func(ctx context.Context) (io.ReadCloser, error) {
		r, err := open(ctx)
		if err != nil && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotFound)) {
			return nil, fmt.Errorf("%w (%s)", errElsewhere, shorten(strings.Join(d.URLs, " ")))
		}
		return r, err
	}
}
