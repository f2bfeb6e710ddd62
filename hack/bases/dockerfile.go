package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"schlank/engine"
)

// buildRecipe is a Dockerfile recipe and what its build needs.
type buildRecipe struct {
	*recipe
	// dir is an empty directory for the context.
	dir string
	// env is added to the environment of prepare.sh.
	env []string
	// bases maps the references that FROM may name to where they are.
	bases    map[string]string
	epoch    time.Time
	progress engine.Progress
}

// makeBuilt builds a recipe's Dockerfile. The context is the recipe's folder,
// to which prepare.sh, if there is one, adds files of this machine.
func makeBuilt(ctx context.Context, b engine.Builder, r buildRecipe) (v1.Image, error) {
	if err := r.unpack(r.dir); err != nil {
		return nil, fmt.Errorf("unpacking the recipe: %w", err)
	}
	if _, ok := r.content[prepareFile]; ok {
		env := append(slices.Clone(r.env), "CONTEXT="+r.dir)
		if err := r.runScript(ctx, r.dir, prepareFile, env...); err != nil {
			return nil, err
		}
	}
	res, err := b.Build(ctx, engine.BuildRequest{
		Context:    r.dir,
		Dockerfile: r.content[dockerfileFile].data,
		Name:       filepath.Join("recipes", r.Name, dockerfileFile),
		Args:       map[string]string{"SOURCE_DATE_EPOCH": fmt.Sprint(r.epoch.Unix())},
		Contexts:   r.bases,
		Progress:   r.progress,
	})
	var failed *engine.BuildError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("%w\n%s", err, failed.Details())
	}
	if err != nil {
		return nil, err
	}
	return builtImage(res.Image)
}

// builtImage opens an image in the engine's layout.
func builtImage(ref engine.ImageRef) (v1.Image, error) {
	l, err := layout.FromPath(ref.Layout)
	if err != nil {
		return nil, fmt.Errorf("opening what the engine built: %w", err)
	}
	digest, err := v1.NewHash(ref.Digest)
	if err != nil {
		return nil, fmt.Errorf("opening what the engine built: %w", err)
	}
	img, err := l.Image(digest)
	if err != nil {
		return nil, fmt.Errorf("opening what the engine built: %w", err)
	}
	return img, nil
}
