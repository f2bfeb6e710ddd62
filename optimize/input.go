package optimize

import (
	"context"
	"fmt"

	"schlank/engine"
	"schlank/internal/image"
	"schlank/inventory"
	"schlank/restage"
	"schlank/siblings"
	"schlank/stack/python"
)

// input is what rewriting works on: the baseline's inventory and that of the
// slim sibling of its base.
func (r *run) input(ctx context.Context) (restage.Input, error) {
	release, err := debianRelease(ctx, r.src)
	if err != nil {
		return restage.Input{}, err
	}
	root := r.stage
	for root.Parent != nil {
		root = root.Parent
	}
	sib, err := siblings.Find(root.Base.Text, release)
	if err != nil {
		return restage.Input{}, err
	}
	r.say("taking %s as the run-time base", sib.Ref)
	slim, slimSrc, err := r.pull(ctx, sib.Ref)
	if err != nil {
		return restage.Input{}, fmt.Errorf("the slim sibling of %s is not to be had: %w", root.Base.Text, err)
	}
	slimRelease, err := debianRelease(ctx, slimSrc)
	if err != nil {
		return restage.Input{}, err
	}
	if slimRelease != release {
		return restage.Input{}, fmt.Errorf("%s is Debian %s, but %s is Debian %s: name the release in FROM, as in %s-%s",
			sib.Ref, slimRelease, root.Base.Text, release, root.Base.Text, release)
	}
	return restage.Input{
		File: r.file, Stage: r.stage,
		Image: r.base.Image, BaseLayers: r.built.BaseLayers, Steps: r.built.Steps,
		Sibling: sib, Slim: slim,
		Project:  python.Project{Files: r.opt.Files, Read: r.opt.ReadFile},
		Read:     reader(ctx, r.src),
		ReadSlim: reader(ctx, slimSrc),
		NonRoot:  r.opt.NonRoot,
		Withhold: r.opt.Withhold,
	}, nil
}

// pull brings an external image into the local store, the way a FROM does,
// and takes its inventory.
func (r *run) pull(ctx context.Context, ref string) (*inventory.Image, *image.Source, error) {
	req := r.opt.Build
	req.Dockerfile = []byte("FROM " + ref + "\n")
	req.Name = "FROM " + ref
	req.Target, req.Progress = "", r.progress(ref)
	b, err := r.opt.Engine.Build(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	src, err := image.OpenLayout(b.Image.Layout, b.Image.Digest, readOptions(req))
	if err != nil {
		return nil, nil, err
	}
	r.open = append(r.open, src)
	img, err := src.Inventory(ctx)
	return img, src, err
}

func reader(ctx context.Context, src *image.Source) func([]string, int64) (map[string][]byte, error) {
	return func(paths []string, limit int64) (map[string][]byte, error) {
		if len(paths) == 0 {
			return nil, nil
		}
		return src.ReadFiles(ctx, paths, limit)
	}
}

// readOptions say how built images are read. Their base layers, which all
// candidates share, are read once and for all.
func readOptions(req engine.BuildRequest) image.Options {
	return image.Options{Platform: req.Platform, CacheDir: image.DefaultCacheDir()}
}
