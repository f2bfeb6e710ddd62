package image

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// architectures maps what machines call themselves (uname -m) to the names of
// the OCI image specification, which are Go's.
var architectures = map[string][2]string{
	"x86_64": {"amd64", ""}, "x86-64": {"amd64", ""}, "aarch64": {"arm64", ""}, "armv8": {"arm64", ""},
	"armhf": {"arm", "v7"}, "armv7l": {"arm", "v7"}, "armel": {"arm", "v6"}, "i386": {"386", ""}, "i686": {"386", ""},
}

// parsePlatform reads "os/arch[/variant]"; "" is Linux on the machine's own
// architecture, since containers are Linux wherever schlank runs.
func parsePlatform(s string) (v1.Platform, error) {
	if s == "" {
		return v1.Platform{OS: "linux", Architecture: runtime.GOARCH}, nil
	}
	parts := strings.Split(strings.ToLower(s), "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || parts[1] == "" {
		return v1.Platform{}, fmt.Errorf("platform %q is not of the form os/arch[/variant]", s)
	}
	p := v1.Platform{OS: parts[0], Architecture: parts[1]}
	if known, ok := architectures[parts[1]]; ok {
		p.Architecture, p.Variant = known[0], known[1]
	}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p, nil
}

// fits says how well an image runs on a platform: 0 for not at all, more is
// better. A processor runs what was built for older variants of its kind.
func fits(want, have v1.Platform) int {
	if want.OS != have.OS || want.Architecture != have.Architecture {
		return 0
	}
	usual := map[string]string{"arm": "v7", "arm64": "v8", "amd64": "v1"}[want.Architecture]
	w, h := cmp.Or(want.Variant, usual), cmp.Or(have.Variant, usual)
	switch {
	case w == h:
		return 100
	case len(w) == 2 && len(h) == 2 && w[0] == 'v' && h[0] == 'v' && h < w:
		return int(h[1]-'0') + 1
	}
	return 0
}

// withoutAttestations leaves out the descriptors of an index that are no
// images: BuildKit adds provenance and SBOMs for a platform "unknown/unknown".
func withoutAttestations(ds []v1.Descriptor) []v1.Descriptor {
	var out []v1.Descriptor
	for _, d := range ds {
		if d.Annotations["vnd.docker.reference.type"] != "" || d.Platform != nil && d.Platform.OS == "unknown" {
			continue
		}
		out = append(out, d)
	}
	return out
}

// matching returns the images that a platform asks for, the best first. One
// that says nothing of its platform fits none, except where nothing else is
// there.
func matching(ds []v1.Descriptor, platform string) []v1.Descriptor {
	want, err := parsePlatform(platform)
	if err != nil {
		return nil
	}
	var out []v1.Descriptor
	for _, d := range ds {
		if d.Platform != nil && fits(want, *d.Platform) > 0 {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b v1.Descriptor) int { return fits(want, *b.Platform) - fits(want, *a.Platform) })
	return out
}

// choosePlatform takes the first image that fits, as the OCI image
// specification advises; a sole image fits if no platform was asked for.
func choosePlatform(ds []v1.Descriptor, platform string) (v1.Descriptor, error) {
	want, err := parsePlatform(platform)
	if err != nil {
		return v1.Descriptor{}, err
	}
	images := withoutAttestations(ds)
	if len(images) == 0 {
		return v1.Descriptor{}, fmt.Errorf("%w in the index", errNoImage)
	}
	if len(images) == 1 && (platform == "" || images[0].Platform == nil) {
		return images[0], nil
	}
	if fit := matching(images, platform); len(fit) > 0 {
		return fit[0], nil
	}
	return v1.Descriptor{}, fmt.Errorf("no image for %s; there are %s", want, platforms(images))
}

// platforms lists what images are for, for messages.
func platforms(images []v1.Descriptor) string {
	var have []string
	for _, d := range images {
		p := "one without a platform"
		if d.Platform != nil {
			p = shorten(d.Platform.String())
		}
		if have = append(have, p); len(have) == 30 {
			have = append(have, "…")
			break
		}
	}
	return strings.Join(have, ", ")
}

// checkPlatform says whether the image runs on the platform that was asked
// for: where there was no choice, nobody has looked yet.
func (s *Source) checkPlatform(platform string) error {
	have := v1.Platform{OS: s.config.OS, Architecture: s.config.Architecture, Variant: s.config.Variant}
	if platform == "" || have.OS == "" || have.Architecture == "" {
		return nil
	}
	want, err := parsePlatform(platform)
	if err == nil && fits(want, have) == 0 {
		err = fmt.Errorf("the image is for %s, not for %s", shorten(have.String()), want)
	}
	return err
}

// Bounds on indexes in indexes: how deep, and how many in all.
const (
	maxIndexDepth = 8
	maxIndexes    = 32
)

// imageDocument is what tells a manifest from an index.
type imageDocument struct {
	SchemaVersion int             `json:"schemaVersion"`
	ArtifactType  string          `json:"artifactType"`
	Manifests     []v1.Descriptor `json:"manifests"`
	Layers        json.RawMessage `json:"layers"`
}

// artifactType is what a manifest says that it is, apart from images.
func artifactType(manifest []byte) string {
	var doc imageDocument
	if json.Unmarshal(manifest, &doc) != nil {
		return ""
	}
	return doc.ArtifactType
}

// manifestFor follows a descriptor through indexes to the manifest of one
// image and returns it as stored.
func manifestFor(read reader, h v1.Hash, platform string) ([]byte, error) {
	w := indexWalk{read: read, left: maxIndexes}
	for range maxIndexDepth {
		data, err := read(h)
		if err != nil {
			return nil, fmt.Errorf("reading the manifest: %w", err)
		}
		doc, err := parseDocument(data, h)
		if err != nil || doc.Layers != nil {
			return data, err
		}
		images, err := w.expand(doc.Manifests, 1)
		if err != nil {
			return nil, err
		}
		d, err := choosePlatform(images, platform)
		if err != nil {
			return nil, err
		}
		if h = d.Digest; d.Platform != nil && len(images) > 1 {
			if _, err := read(h); errors.Is(err, fs.ErrNotExist) {
				return nil, w.missing(d, images, err)
			}
		}
	}
	return nil, fmt.Errorf("more than %d indexes in each other", maxIndexDepth)
}

func parseDocument(data []byte, h v1.Hash) (imageDocument, error) {
	var doc imageDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		return doc, fmt.Errorf("parsing the manifest %s: %w", h, err)
	}
	switch {
	case doc.Layers == nil && doc.SchemaVersion == 1:
		return doc, errors.New("manifest of schema 1, which registries gave up in 2019; push the image again")
	case doc.Layers == nil && doc.Manifests == nil:
		return doc, fmt.Errorf("%w: %s is neither a manifest nor an index", errNoImage, h)
	}
	return doc, nil
}

// indexWalk reads indexes that are in indexes.
type indexWalk struct {
	read reader
	left int
}

// expand replaces the indexes among descriptors by what is in them, unless
// they say themselves what platform they are for.
func (w *indexWalk) expand(ds []v1.Descriptor, depth int) ([]v1.Descriptor, error) {
	var out []v1.Descriptor
	for _, d := range withoutAttestations(ds) {
		if !d.MediaType.IsIndex() || d.Platform != nil || len(ds) == 1 {
			out = append(out, d)
			continue
		}
		if w.left--; w.left < 0 || depth > maxIndexDepth {
			return nil, fmt.Errorf("more than %d indexes in each other", maxIndexDepth)
		}
		data, err := w.read(d.Digest)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the image of another platform, left out of a layout
		}
		if err != nil {
			return nil, fmt.Errorf("reading an index: %w", err)
		}
		doc, err := parseDocument(data, d.Digest)
		if err != nil {
			return nil, err
		}
		inner, err := w.expand(doc.Manifests, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, inner...)
	}
	return out, nil
}

// missing says which images of an index are there, when the chosen one is
// not: what exports an image often takes one platform along and keeps the
// index whole.
func (w *indexWalk) missing(d v1.Descriptor, images []v1.Descriptor, err error) error {
	var there []v1.Descriptor
	for _, other := range images {
		if w.left--; w.left < 0 {
			break
		}
		if _, err := w.read(other.Digest); err == nil {
			there = append(there, other)
		}
	}
	if len(there) == 0 {
		return fmt.Errorf("the index lists %s, but none of its images is there: %w", platforms(images), err)
	}
	return fmt.Errorf("the image for %s is listed but not there; there are %s: %w", d.Platform, platforms(there), err)
}
