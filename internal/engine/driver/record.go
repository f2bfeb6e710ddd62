package driver

import (
	"context"
	"sync"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
)

// recorder stands between the frontend and the engine and keeps the last
// definition that carries Dockerfile locations: that of the target.
type recorder struct {
	gateway.Client
	mu   sync.Mutex
	last *pb.Definition
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
