package driver

import (
	"context"
	"time"

	"github.com/moby/buildkit/client"
	dockerfile "github.com/moby/buildkit/frontend/dockerfile/builder"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"schlank/engine"
)

// Build builds the request's Dockerfile. A step that fails is an
// *engine.BuildError.
func (d *Driver) Build(ctx context.Context, req engine.BuildRequest) (*engine.BuildResult, error) {
	start := time.Now()
	opt, err := d.solveOpt(req)
	if err != nil {
		return nil, err
	}
	opt.Exports = []client.ExportEntry{d.carrier.export()}
	seen := &recorder{resolving: d.carrier.resolving}
	st := newStatus()
	resp, err := d.solve(ctx, opt, req.Progress, st, func(ctx context.Context, gw gateway.Client) (*gateway.Result, error) {
		seen.Client = gw
		return dockerfile.Build(ctx, seen)
	})
	if err != nil {
		return nil, buildError(ctx, err, req, st, seen)
	}
	desc, err := d.carrier.fetch(ctx, resp.ExporterResponse)
	if err != nil {
		return nil, err
	}
	if err := d.opt.Images.Add(desc); err != nil {
		return nil, err
	}
	res := &engine.BuildResult{
		Image:    engine.ImageRef{Layout: d.opt.Images.Dir(), Digest: desc.Digest.String()},
		Warnings: st.warnings,
	}
	if err := d.explain(ctx, res, desc, seen.last, st); err != nil {
		return nil, err
	}
	res.Duration = time.Since(start)
	return res, nil
}

// solve runs f against the engine with the progress shown and recorded.
func (d *Driver) solve(ctx context.Context, opt client.SolveOpt, p engine.Progress, st *status, f gateway.BuildFunc) (*client.SolveResponse, error) {
	ch := make(chan *client.SolveStatus)
	shown := make(chan error, 1)
	go func() { shown <- st.consume(ctx, ch, p) }()
	resp, err := d.client.Build(ctx, opt, "schlank", f, ch)
	// The display is for people: its failure never fails a build.
	<-shown
	return resp, err
}
