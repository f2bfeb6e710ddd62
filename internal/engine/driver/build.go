package driver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	dockerfile "github.com/moby/buildkit/frontend/dockerfile/builder"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
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
	opt.Exports = []client.ExportEntry{{
		Type:        client.ExporterOCI,
		Attrs:       map[string]string{"tar": "false", "oci-mediatypes": "true"},
		OutputStore: d.opt.Images.Content(),
	}}
	seen := &recorder{}
	st := newStatus()
	resp, err := d.solve(ctx, opt, req.Progress, st, func(ctx context.Context, gw gateway.Client) (*gateway.Result, error) {
		seen.Client = gw
		return dockerfile.Build(ctx, seen)
	})
	if err != nil {
		return nil, buildError(ctx, err, req, st, seen)
	}
	desc, err := exported(resp)
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

// exported finds the manifest in the exporter's answer.
func exported(resp *client.SolveResponse) (ocispecs.Descriptor, error) {
	var desc ocispecs.Descriptor
	enc := resp.ExporterResponse[exptypes.ExporterImageDescriptorKey]
	b, err := base64.StdEncoding.DecodeString(enc)
	if err == nil {
		err = json.Unmarshal(b, &desc)
	}
	if err != nil || desc.Digest == "" {
		return desc, fmt.Errorf("reading the engine's answer: no image descriptor in it: %w", err)
	}
	desc.Annotations = nil
	return desc, nil
}
