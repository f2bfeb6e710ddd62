package driver

import (
	"context"
	"sync"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

// recorder stands between the frontend and the engine and keeps what errors
// and results are explained with.
type recorder struct {
	gateway.Client
	// resolving is called before the engine is asked about an image.
	resolving func(ctx context.Context, ref string) error
	mu        sync.Mutex
	// last is the last definition that carries Dockerfile locations: that
	// of the target.
	last *pb.Definition
	// failed is the first image reference that could not be resolved.
	failed string
}

// Solve passes the request on.
func (r *recorder) Solve(ctx context.Context, req gateway.SolveRequest) (*gateway.Result, error) {
	if def := req.Definition; def != nil && def.Source != nil && len(def.Source.Locations) > 0 {
		r.mu.Lock()
		r.last = def
		r.mu.Unlock()
	}
	return r.Client.Solve(ctx, req)
}

// ResolveSourceMetadata passes the request on.
func (r *recorder) ResolveSourceMetadata(ctx context.Context, op *pb.SourceOp, opt sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	if err := r.resolving(ctx, op.Identifier); err != nil {
		return nil, err
	}
	resp, err := r.Client.ResolveSourceMetadata(ctx, op, opt)
	r.resolved(ctx, op.Identifier, err)
	return resp, err
}

// ResolveImageConfig passes the request on.
func (r *recorder) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	if err := r.resolving(ctx, ref); err != nil {
		return "", "", nil, err
	}
	found, dgst, config, err := r.Client.ResolveImageConfig(ctx, ref, opt)
	r.resolved(ctx, ref, err)
	return found, dgst, config, err
}

// resolved notes a failure; those after a cancellation are its echo.
func (r *recorder) resolved(ctx context.Context, ref string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == "" {
		r.failed = trimScheme(ref)
	}
}

// source is the place in the Dockerfile that a vertex comes from, nil if it
// is not known.
func (r *recorder) source(d digest.Digest) *errdefs.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return nil
	}
	for _, loc := range r.last.Source.Locations[string(d)].GetLocations() {
		if i := int(loc.SourceIndex); i >= 0 && i < len(r.last.Source.Infos) {
			return &errdefs.Source{Info: r.last.Source.Infos[i], Ranges: loc.Ranges}
		}
	}
	return nil
}

// unresolved is the reference that could not be resolved, "" if all could.
func (r *recorder) unresolved() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

var _ llb.ImageMetaResolver = (*recorder)(nil)
