package schlank

import (
	"context"
	"path/filepath"

	"schlank/engine"
	"schlank/internal/buildrecord"
	intengine "schlank/internal/engine"
	"schlank/internal/image"
)

// recorder is an engine that remembers how it built images, so that they can
// be explained later.
type recorder struct {
	engine.Engine
	// dir is where records lie.
	dir string
}

// recordDir is where the records of a state directory lie, "" standing for
// the default directory.
func recordDir(state string) (string, error) {
	if state == "" {
		var err error
		if state, err = intengine.DefaultState(); err != nil {
			return "", err
		}
	}
	return filepath.Join(state, "records"), nil
}

// Build builds and records.
func (r recorder) Build(ctx context.Context, req engine.BuildRequest) (*engine.BuildResult, error) {
	res, err := r.Engine.Build(ctx, req)
	if err != nil {
		return nil, err
	}
	src, err := image.OpenLayout(res.Image.Layout, res.Image.Digest, image.Options{Platform: req.Platform})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return res, buildrecord.Save(r.dir, src.DiffIDs(), buildrecord.Record{
		Name:       req.Name,
		Dockerfile: req.Dockerfile,
		Target:     req.Target,
		Steps:      res.Steps,
		BaseLayers: res.BaseLayers,
		Bases:      res.Bases,
	})
}
