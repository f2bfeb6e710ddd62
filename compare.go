package schlank

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"schlank/compare"
	"schlank/engine"
	"schlank/internal/image"
)

// CompareOptions say how items are built and found.
type CompareOptions struct {
	// Build holds what all builds share; Path, File and Target come from
	// the items.
	Build BuildOptions
	// Image says how image references are found.
	Image image.Options
	// ProgressFor makes the progress of an item's build from its name.
	ProgressFor func(title string) engine.Progress
	// Engine opens the engine when the first item has to be built.
	Engine func() (*Engine, error)
}

// Compare measures items: Dockerfiles ("Dockerfile", "Dockerfile#target"),
// build contexts, image references, OCI layouts and archives. An item that
// fails is a row with its reason; the others go on.
func Compare(ctx context.Context, items []string, opt CompareOptions) ([]compare.Row, error) {
	var list []compare.Item
	for _, name := range items {
		it := compare.Item{Name: name}
		it.Err = measureItem(ctx, &it, opt)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		// Without an engine no build can succeed: say it once.
		if errors.Is(it.Err, ErrNoEmbedded) {
			return nil, it.Err
		}
		list = append(list, it)
	}
	return compare.Rows(list), nil
}

// measureItem fills an item in.
func measureItem(ctx context.Context, it *compare.Item, opt CompareOptions) error {
	path, target, _ := strings.Cut(it.Name, "#")
	if !isProject(path) {
		return measureImage(ctx, it, opt)
	}
	it.Kind = "dockerfile"
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		it.Kind = "context"
	}
	b := opt.Build
	b.Path, b.Target = path, target
	if err := b.Check(); err != nil {
		return err
	}
	e, err := opt.Engine()
	if err != nil {
		return err
	}
	if opt.ProgressFor != nil {
		b.Progress = opt.ProgressFor(it.Name)
	}
	res, err := Build(ctx, e, b)
	if err != nil {
		return err
	}
	seconds := res.Duration.Seconds()
	it.BuildSeconds = &seconds
	for _, base := range res.Bases {
		it.StandIn = it.StandIn || base.StandIn != ""
	}
	imgOpt := opt.Image
	imgOpt.Platform = b.Platform
	src, err := image.OpenLayout(res.Image.Layout, res.Image.Digest, imgOpt)
	if err != nil {
		return err
	}
	defer src.Close()
	it.Image, err = src.Inventory(ctx)
	return err
}

func measureImage(ctx context.Context, it *compare.Item, opt CompareOptions) error {
	src, err := openImage(ctx, it.Name, opt.Image)
	if err != nil {
		return err
	}
	defer src.Close()
	it.Kind = string(src.Kind)
	if it.Image, err = src.Inventory(ctx); err != nil {
		return err
	}
	it.StandIn = it.Image.Config.Labels[LabelStandIn] != ""
	return nil
}

// openImage opens an image that is no project.
func openImage(ctx context.Context, name string, opt image.Options) (*image.Source, error) {
	if !filepath.IsAbs(name) && image.HoldsImage(name) {
		name = "." + string(filepath.Separator) + name // not a reference
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) && isFileName(name) && !image.Prefixed(name) {
		return nil, fmt.Errorf("%s: no such file or directory", name)
	}
	return image.Open(ctx, name, opt)
}

// isFileName reports whether a name can only be that of a file: no registry
// needs to be asked for it.
func isFileName(name string) bool {
	return filepath.IsAbs(name) || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") || isArchiveName(name)
}

func isArchiveName(name string) bool {
	return slices.ContainsFunc([]string{".tar", ".tar.gz", ".tgz", ".tar.zst"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// isProject reports whether an item is to be built: a directory that has a
// Dockerfile or is no image, or a file that is no archive.
func isProject(path string) bool {
	st, err := os.Stat(path)
	if err != nil {
		// A path that does not exist but looks like a Dockerfile gets the
		// better message from opening it as one.
		return strings.Contains(strings.ToLower(path), "dockerfile") && !strings.Contains(path, ":")
	}
	if st.IsDir() {
		_, err := os.Stat(filepath.Join(path, "Dockerfile"))
		return err == nil || !image.HoldsImage(path)
	}
	return !isArchiveName(path) && !isArchive(path)
}

// isArchive looks for the magic numbers of tar (at 257, POSIX.1 ustar), gzip
// and zstd.
func isArchive(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 262)
	n, _ := f.Read(head)
	head = head[:n]
	return strings.HasPrefix(string(head), "\x1f\x8b") || strings.HasPrefix(string(head), "\x28\xb5\x2f\xfd") ||
		len(head) == 262 && string(head[257:]) == "ustar"
}
