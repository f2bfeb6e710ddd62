package attribute

import (
	"strings"

	"schlank/inventory"
)

// BaseImage says which layers of an image are its base image's.
type BaseImage struct {
	// Layers is how many, from the bottom.
	Layers int
	// Name is the reference of the base image, "" if not known.
	Name string
	// Source is how that is known.
	Source BaseSource
}

// BaseSource is how the layers of the base image are known.
type BaseSource string

// The sources, the surest first.
const (
	// BaseUnknown has it guessed.
	BaseUnknown BaseSource = ""
	// BaseBuild is told by the build that made the image.
	BaseBuild BaseSource = "build"
	// BaseLabel is told by the label org.opencontainers.image.base.name or
	// .digest, and the image it names.
	BaseLabel BaseSource = "label"
	// BaseLayers is found by comparing the layers with those of images that
	// are known.
	BaseLayers BaseSource = "layers"
	// BaseHistory is guessed from the history.
	BaseHistory BaseSource = "history"
	// BaseNone says that nothing shows a base image.
	BaseNone BaseSource = "none"
)

// Guess reports whether the base image is a guess.
func (b BaseImage) Guess() bool { return b.Source == BaseHistory }

// KnownImage is an image that may be the base of another.
type KnownImage struct {
	Name string
	// DiffIDs are its layers', from the bottom.
	DiffIDs []string
	// Label says that the image in question names this one as its base.
	Label bool
}

// The labels in which an image names its base (OCI image specification,
// "Pre-Defined Annotation Keys").
const (
	LabelBaseName   = "org.opencontainers.image.base.name"
	LabelBaseDigest = "org.opencontainers.image.base.digest"
)

// FindBase finds the base of an image: the known image with the most layers
// of which all are at its bottom. An image is not its own base. Where none
// fits, the history is asked: see historyBase.
func FindBase(img *inventory.Image, known []KnownImage) BaseImage {
	best := BaseImage{Source: BaseNone}
	for _, k := range known {
		n := len(k.DiffIDs)
		if n >= len(img.Layers) || n < best.Layers || n == 0 || !bottom(img, k.DiffIDs) {
			continue
		}
		b := BaseImage{Layers: n, Name: k.Name, Source: BaseLayers}
		if k.Label {
			b.Source = BaseLabel
		}
		if n > best.Layers || k.Label && best.Source != BaseLabel || b.Source == best.Source && k.Name < best.Name {
			best = b
		}
	}
	if best.Layers > 0 {
		return best
	}
	if n := historyBase(img.Config.History, len(img.Layers)); n > 0 {
		return BaseImage{Layers: n, Name: img.Config.Labels[LabelBaseName], Source: BaseHistory}
	}
	return best
}

func bottom(img *inventory.Image, diffIDs []string) bool {
	for i, d := range diffIDs {
		if d == "" || img.Layers[i].DiffID != d {
			return false
		}
	}
	return true
}

// historyBase guesses the number of base layers. Images end with CMD or
// ENTRYPOINT, which make no layer, so one in the middle of the history is the
// end of the image that the rest builds on. The last one that a layer follows
// counts. A Dockerfile that sets its command early is taken wrongly: the
// layers before are then called the base's. Without any, nothing is guessed.
func historyBase(history []inventory.History, layers int) int {
	made, base := 0, 0
	for _, h := range history {
		if !h.EmptyLayer {
			made++
			continue
		}
		switch (Origin{Text: historyText(h.CreatedBy)}).Verb() {
		case "CMD", "ENTRYPOINT":
			if made < layers {
				base = made
			}
		}
	}
	if made != layers {
		return 0
	}
	return base
}

// baseName names the base for people.
func (a *Attribution) baseName() string {
	name := strings.TrimPrefix(a.Base.Name, "docker.io/")
	return strings.TrimPrefix(name, "library/")
}
