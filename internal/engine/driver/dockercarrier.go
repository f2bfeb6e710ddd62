package driver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/engine/basestore"
	"schlank/internal/engine/dockerstore"
)

// Names of our images in Docker's store, tagged with the hexadecimal digest
// of the manifest. Bases stay there for the next build.
const (
	dockerBases  = "schlank/base"
	dockerImages = "schlank/image"
	// dockerHub stands before them where references are complete.
	dockerHub = "docker.io/"
)

// throughDocker carries images by Docker's own store, for a BuildKit inside
// Docker that knows no OCI layouts.
type throughDocker struct {
	bases  *basestore.Store
	images content.Store
	docker *dockerstore.Store
	mu     sync.Mutex
	ours   map[string]bool // names to take away in the end
}

func (d *throughDocker) offerBases(opt *client.SolveOpt) {
	for _, name := range d.bases.Names() {
		desc, _ := d.bases.Lookup(name)
		opt.FrontendAttrs["context:"+name] = "docker-image://" + dockerName(dockerBases, desc.Digest)
		// A pull would look for our names at a registry.
		delete(opt.FrontendAttrs, "image-resolve-mode")
	}
}

func dockerName(repo string, d digest.Digest) string { return repo + ":" + d.Encoded() }

func (d *throughDocker) base(identifier string) (string, digest.Digest, bool) {
	ref, _, _ := strings.Cut(strings.TrimPrefix(trimScheme(identifier), dockerHub), "@")
	for _, name := range d.bases.Names() {
		desc, _ := d.bases.Lookup(name)
		if ref == dockerName(dockerBases, desc.Digest) {
			return name, desc.Digest, true
		}
	}
	return "", "", false
}

// resolving loads a base when a build turns out to need it.
func (d *throughDocker) resolving(ctx context.Context, ref string) error {
	_, dgst, ok := d.base(ref)
	if !ok {
		return nil
	}
	return d.ensure(ctx, d.bases.Content(), dgst, dockerName(dockerBases, dgst))
}

func (d *throughDocker) ensure(ctx context.Context, from content.Provider, dgst digest.Digest, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	there, err := d.docker.Has(ctx, name)
	if err != nil || there {
		return err
	}
	return d.docker.Load(ctx, from, dgst, name)
}

func (*throughDocker) export() client.ExportEntry {
	return client.ExportEntry{Type: "moby", Attrs: map[string]string{}}
}

func (d *throughDocker) fetch(ctx context.Context, answer map[string]string) (ocispecs.Descriptor, error) {
	id := answer[exptypes.ExporterImageConfigDigestKey]
	if id == "" {
		id = answer[exptypes.ExporterImageDigestKey]
	}
	if id == "" {
		return ocispecs.Descriptor{}, errors.New("reading Docker's answer: no image id in it")
	}
	desc, err := d.docker.Save(ctx, id, d.images)
	if err != nil {
		return desc, err
	}
	// The image is in Docker already: with our name Run finds it.
	name := dockerName(dockerImages, desc.Digest)
	d.mu.Lock()
	d.ours[name] = true
	d.mu.Unlock()
	return desc, d.docker.Tag(ctx, id, dockerImages, desc.Digest.Encoded())
}

func (d *throughDocker) source(ctx context.Context, img image, _ string) (llb.State, error) {
	name := dockerName(dockerImages, img.digest)
	if err := d.ensure(ctx, img.store, img.digest, name); err != nil {
		return llb.State{}, err
	}
	d.mu.Lock()
	d.ours[name] = true
	d.mu.Unlock()
	return llb.Image(dockerHub+name, llb.ResolveModePreferLocal, llb.WithCustomName("load image")), nil
}

func (d *throughDocker) close() error {
	var errs []error
	for name := range d.ours {
		errs = append(errs, d.docker.Remove(context.Background(), name))
	}
	return errors.Join(errs...)
}

// exportsOCI asks an engine to export a tiny image as an OCI archive: an
// engine that knows no such exporter says so before it does anything.
func exportsOCI(ctx context.Context, c *client.Client) (bool, error) {
	def, err := llb.Scratch().File(llb.Mkfile("/probe", 0o644, nil), llb.WithCustomName("probe")).Marshal(ctx)
	if err != nil {
		return false, err
	}
	_, err = c.Solve(ctx, def, client.SolveOpt{Exports: []client.ExportEntry{{
		Type:   client.ExporterOCI,
		Output: func(map[string]string) (io.WriteCloser, error) { return nopWriteCloser{io.Discard}, nil },
	}}}, nil)
	if err != nil && strings.Contains(err.Error(), "could not be found") {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("asking the engine for its exporters: %w", err)
	}
	return true, nil
}
