package schlank

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"schlank/attribute"
	"schlank/dockerfile"
	"schlank/engine"
	"schlank/inspect"
	"schlank/internal/bounded"
	"schlank/internal/buildrecord"
	"schlank/internal/image"
	"schlank/inventory"
	"schlank/siblings"
	"schlank/source"
)

// InspectOptions say how an image is found, and what is known about it.
type InspectOptions struct {
	// Image says how image references are found.
	Image image.Options
	// Build holds how a project is built; Path, File and Target come from
	// the item.
	Build BuildOptions
	// Engine opens the engine when the item has to be built.
	Engine func() (*Engine, error)
	// Dockerfile is the path of the Dockerfile that made the image, with
	// "#target" after it for another stage than the last; what was built here
	// is known without it.
	Dockerfile string
	// Base is the base image, by reference; the default is to recognise it.
	Base string
	// State is the engine's state directory, "" for the default: the records
	// of builds lie there.
	State string
}

// ExtractOptions say how files of an image are written.
type ExtractOptions = image.ExtractOptions

// Extracted is what was written, and what was left out.
type Extracted = image.Extracted

// Inspection is an image with the causes of its bytes.
type Inspection struct {
	// Name is what the user called it.
	Name string
	// Kind is what it is: "dockerfile", "oci-layout", "registry", …
	Kind string
	// StandIn says that it, or its base, stands in for the official image.
	StandIn bool
	*attribute.Attribution
	// Source is the opened image; close it.
	Source *image.Source
}

// Subject is the inspection in the terms of package inspect.
func (i *Inspection) Subject() *inspect.Subject {
	return &inspect.Subject{Name: i.Name, Kind: i.Kind, StandIn: i.StandIn, Attribution: i.Attribution}
}

// Close closes the image.
func (i *Inspection) Close() error { return i.Source.Close() }

// Inspect opens an image, or builds a project ("Dockerfile",
// "Dockerfile#target", a directory), and finds out why its bytes are there.
func Inspect(ctx context.Context, item string, opt InspectOptions) (*Inspection, error) {
	src, kind, err := openItem(ctx, item, opt)
	if err != nil {
		return nil, err
	}
	i := &Inspection{Name: item, Kind: kind, Source: src}
	if err := i.attribute(ctx, opt); err != nil {
		src.Close()
		return nil, err
	}
	return i, nil
}

// openItem opens an image, and builds it before that if need be.
func openItem(ctx context.Context, item string, opt InspectOptions) (*image.Source, string, error) {
	path, target, _ := strings.Cut(item, "#")
	if !isProject(path) {
		src, err := openImage(ctx, item, opt.Image)
		if err != nil {
			return nil, "", err
		}
		return src, string(src.Kind), nil
	}
	kind := "dockerfile"
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		kind = "context"
	}
	b := opt.Build
	b.Path, b.Target = path, target
	if err := b.Check(); err != nil {
		return nil, "", err
	}
	e, err := opt.Engine()
	if err != nil {
		return nil, "", err
	}
	res, err := Build(ctx, e, b)
	if err != nil {
		return nil, "", err
	}
	imgOpt := opt.Image
	imgOpt.Platform = b.Platform
	src, err := image.OpenLayout(res.Image.Layout, res.Image.Digest, imgOpt)
	return src, kind, err
}

// attribute gathers what is known of the image and attributes its bytes.
func (i *Inspection) attribute(ctx context.Context, opt InspectOptions) error {
	rec, err := record(opt.State, i.Source)
	if err != nil {
		return err
	}
	path, target, _ := strings.Cut(opt.Dockerfile, "#")
	df, err := givenDockerfile(path)
	if err != nil {
		return err
	}
	img, err := i.Source.Inventory(ctx)
	if err != nil {
		return err
	}
	var a attribute.Options
	switch {
	case rec != nil:
		a.Dockerfile = dockerfile.Parse(source.File{Name: rec.Name, Bytes: rec.Dockerfile})
		a.Base = attribute.BaseImage{Layers: rec.BaseLayers, Source: attribute.BaseBuild}
		a.Target = rec.Target
		a.Origins = attribute.FromSteps(img, a.Dockerfile, rec.Steps)
		i.StandIn = isStandIn(rec.Bases)
		if len(rec.Bases) > 0 {
			a.Base.Name = baseName(rec.Bases, a.Dockerfile)
		}
	case df != nil:
		a.Dockerfile, a.Target = df, target
		a.Origins = attribute.FromDockerfile(img, df, target)
		if unrelated(df, target, a.Origins) {
			return &UsageError{Msg: fmt.Sprintf("nothing in the image's history was made by %s", opt.Dockerfile), Hint: "--dockerfile is the file that the image was built from"}
		}
	}
	if rec == nil || opt.Base != "" {
		if a.Base, err = recogniseBase(ctx, img, opt); err != nil {
			return err
		}
	}
	i.StandIn = i.StandIn || img.Config.Labels[LabelStandIn] != ""
	a.Slim = slimSibling(ctx, a.Base, opt.Image)
	i.Attribution = attribute.Image(img, a)
	return nil
}

// unrelated reports whether a Dockerfile has instructions that make layers, and
// none of them made one of the image's.
func unrelated(df *dockerfile.File, target string, origins []attribute.Origin) bool {
	for _, o := range origins {
		if o.FirstLine > 0 {
			return false
		}
	}
	stage := df.Target(target)
	if stage == nil {
		return true
	}
	return slices.ContainsFunc(stage.Instructions, func(i *dockerfile.Instruction) bool {
		switch i.Command.(type) {
		case *dockerfile.Run, *dockerfile.Copy:
			return true
		}
		return false
	})
}

// slimSibling is the slim sibling of a base image, nil if there is none. Its
// sizes are known if it is in one of the stores; nothing is fetched for them.
func slimSibling(ctx context.Context, base attribute.BaseImage, opt image.Options) *attribute.Sibling {
	sib, err := siblings.Find(base.Name, "")
	if err != nil || sib.Slim || !sib.Same {
		return nil
	}
	out := &attribute.Sibling{Ref: sib.Ref}
	opt.Progress = nil
	for _, dir := range opt.Stores {
		src, err := image.OpenLayout(dir, sib.Ref, opt)
		if err != nil {
			continue
		}
		img, err := src.Inventory(ctx)
		src.Close()
		if err == nil {
			sizes := img.Sizes()
			out.Sizes = &sizes
			break
		}
	}
	return out
}

// record finds the record of how an image was built.
func record(state string, src *image.Source) (*buildrecord.Record, error) {
	dir, err := recordDir(state)
	if err != nil {
		return nil, nil //nolint:nilerr // no home directory: nothing was recorded
	}
	return buildrecord.Find(dir, src.DiffIDs())
}

func givenDockerfile(path string) (*dockerfile.File, error) {
	if path == "" {
		return nil, nil
	}
	text, err := bounded.ReadFile(path, maxDockerfile)
	if err != nil {
		return nil, &UsageError{Msg: fmt.Sprintf("%s cannot be read: %s", path, reason(err)), Hint: "--dockerfile is the file that the image was built from"}
	}
	return dockerfile.Parse(source.File{Name: filepath.ToSlash(path), Bytes: text}), nil
}

// baseName is the reference of the last stage's base among those of a build.
func baseName(bases []engine.Base, f *dockerfile.File) string {
	if n := len(f.Stages); n > 0 {
		s := f.Stages[n-1]
		for s.Parent != nil {
			s = s.Parent
		}
		return s.Base.Text
	}
	return bases[0].Ref
}

func isStandIn(bases []engine.Base) bool {
	for _, b := range bases {
		if b.StandIn != "" {
			return true
		}
	}
	return false
}

// recogniseBase finds the base image: the one that was named, the one that
// the image's labels name, or one of the base store whose layers it has.
func recogniseBase(ctx context.Context, img *inventory.Image, opt InspectOptions) (attribute.BaseImage, error) {
	if opt.Base != "" {
		src, err := openImage(ctx, opt.Base, opt.Image)
		if err != nil {
			return attribute.BaseImage{}, fmt.Errorf("the base image: %w", err)
		}
		defer src.Close()
		base := attribute.FindBase(img, []attribute.KnownImage{{Name: opt.Base, DiffIDs: src.DiffIDs()}})
		if base.Name != opt.Base {
			return base, &UsageError{Msg: fmt.Sprintf("%s is not the base of this image: its layers are not at the bottom", opt.Base), Hint: "leave --base out to have it recognised"}
		}
		return base, nil
	}
	label := img.Config.Labels[attribute.LabelBaseName]
	digest := img.Config.Labels[attribute.LabelBaseDigest]
	var known []attribute.KnownImage
	for _, dir := range opt.Image.Stores {
		list, err := image.LayoutImages(dir, opt.Image)
		if err != nil {
			return attribute.BaseImage{}, err
		}
		for _, n := range list {
			known = append(known, attribute.KnownImage{
				Name: n.Name, DiffIDs: n.DiffIDs,
				Label: digest != "" && n.Digest == digest || digest == "" && label != "" && n.Is(label),
			})
		}
	}
	return attribute.FindBase(img, known), nil
}

// Difference is what differs between two images.
type Difference struct {
	From, To *inspect.Subject
	*attribute.Delta
}

// Diff inspects two items and says what differs between them.
func Diff(ctx context.Context, from, to string, opt InspectOptions) (*Difference, error) {
	a, err := Inspect(ctx, from, opt)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := Inspect(ctx, to, opt)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return &Difference{a.Subject(), b.Subject(), attribute.Diff(a.Attribution, b.Attribution)}, nil
}
