package driver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/engine/basestore"
)

// carrier is how images get into an engine and out of it.
type carrier interface {
	// offerBases makes the references of the base store named contexts.
	offerBases(opt *client.SolveOpt)
	// base tells which reference of the base store a source of a build
	// stands for, and the digest of its manifest.
	base(identifier string) (name string, dgst digest.Digest, ok bool)
	// resolving is called before the engine is asked about an image.
	resolving(ctx context.Context, ref string) error
	// export says where the image of a build is to go, and fetch makes it
	// an image of the local store.
	export() client.ExportEntry
	fetch(ctx context.Context, answer map[string]string) (ocispecs.Descriptor, error)
	// source is the file system of an image of a local store.
	source(ctx context.Context, img image, session string) (llb.State, error)
	// close takes away what the carrier left in the engine.
	close() error
}

// layouts carries images as OCI layouts, which BuildKit reads and writes
// itself, over the session.
type layouts struct {
	bases  *basestore.Store
	images content.Store
}

func (l layouts) offerBases(opt *client.SolveOpt) {
	if l.bases.Content() == nil {
		return
	}
	opt.OCIStores[storeBases] = l.bases.Content()
	for _, name := range l.bases.Names() {
		desc, _ := l.bases.Lookup(name)
		opt.FrontendAttrs["context:"+name] = "oci-layout://" + storeBases + "@" + desc.Digest.String()
	}
}

func (l layouts) base(identifier string) (string, digest.Digest, bool) {
	// The frontend makes up the reference before the digest.
	_, dgst, _ := strings.Cut(identifier, "@")
	for _, name := range l.bases.Names() {
		desc, _ := l.bases.Lookup(name)
		if strings.HasPrefix(identifier, "oci-layout://") && dgst == desc.Digest.String() {
			return name, desc.Digest, true
		}
	}
	return "", "", false
}

func (layouts) resolving(context.Context, string) error { return nil }

func (l layouts) export() client.ExportEntry {
	return client.ExportEntry{
		Type:        client.ExporterOCI,
		Attrs:       map[string]string{"tar": "false", "oci-mediatypes": "true"},
		OutputStore: l.images,
	}
}

func (layouts) fetch(_ context.Context, answer map[string]string) (ocispecs.Descriptor, error) {
	var desc ocispecs.Descriptor
	b, err := base64.StdEncoding.DecodeString(answer[exptypes.ExporterImageDescriptorKey])
	if err == nil {
		err = json.Unmarshal(b, &desc)
	}
	if err != nil || desc.Digest == "" {
		return desc, fmt.Errorf("reading the engine's answer: no image descriptor in it: %w", err)
	}
	desc.Annotations = nil
	return desc, nil
}

func (layouts) source(_ context.Context, img image, session string) (llb.State, error) {
	// The reference is only a name for the digest, but it must have the form
	// of one; the store is found by its id.
	return llb.OCILayout("schlank/image@"+img.digest.String(), llb.OCIStore(session, storeImages),
		llb.WithCustomName("load image")), nil
}

func (layouts) close() error { return nil }
