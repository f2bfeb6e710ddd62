package schlank

import (
	"context"

	"schlank/engine"
)

// Run starts a container of a built image; stop it to end what it runs.
func Run(ctx context.Context, e *Engine, req engine.RunRequest) (engine.Container, error) {
	return e.d.Run(ctx, req)
}
