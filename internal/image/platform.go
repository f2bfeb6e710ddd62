package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// parsePlatform reads "os/arch[/variant]"; "" is Linux on the machine's own
// architecture, since containers are Linux wherever schlank runs.
func parsePlatform(s string) (v1.Platform, error) {
	if s == "" {
		return v1.Platform{OS: "linux", Architecture: runtime.GOARCH}, nil
	}
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || parts[1] == "" {
		return v1.Platform{}, fmt.Errorf("platform %q is not of the form os/arch[/variant]", s)
	}
	p := v1.Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p, nil
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

// matching returns the images that a platform asks for. One that says nothing
// of its platform fits none, except where nothing else is there.
func matching(ds []v1.Descriptor, platform string) []v1.Descriptor {
	want, err := parsePlatform(platform)
	if err != nil {
		return nil
	}
	var out []v1.Descriptor
	for _, d := range ds {
		if d.Platform != nil && d.Platform.OS == want.OS && d.Platform.Architecture == want.Architecture &&
			(want.Variant == "" || d.Platform.Variant == "" || d.Platform.Variant == want.Variant) {
			out = append(out, d)
		}
	}
	return out
}

// choosePlatform takes the first image that fits, as the OCI image
// specification advises; a sole image fits if no platform was asked for.
func choosePlatform(ds []v1.Descriptor, platform string) (v1.Descriptor, error) {
	if _, err := parsePlatform(platform); err != nil {
		return v1.Descriptor{}, err
	}
	images := withoutAttestations(ds)
	if len(images) == 0 {
		return v1.Descriptor{}, errors.New("no image in the index")
	}
	if len(images) == 1 && (platform == "" || images[0].Platform == nil) {
		return images[0], nil
	}
	if fit := matching(images, platform); len(fit) > 0 {
		return fit[0], nil
	}
	var have []string
	for _, d := range images {
		if d.Platform == nil {
			have = append(have, "one without a platform")
			continue
		}
		have = append(have, d.Platform.String())
	}
	want, _ := parsePlatform(platform)
	return v1.Descriptor{}, fmt.Errorf("no image for %s; there are %s", want, strings.Join(have, ", "))
}

// maxIndexes bounds indexes in indexes.
const maxIndexes = 8

// manifestFor follows a descriptor through indexes to the manifest of one
// image and returns it as stored.
func manifestFor(read reader, h v1.Hash, platform string) ([]byte, error) {
	for range maxIndexes {
		data, err := read(h)
		if err != nil {
			return nil, fmt.Errorf("reading the manifest: %w", err)
		}
		var doc struct {
			SchemaVersion int             `json:"schemaVersion"`
			Manifests     []v1.Descriptor `json:"manifests"`
			Layers        json.RawMessage `json:"layers"`
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			return nil, fmt.Errorf("parsing the manifest %s: %w", h, err)
		}
		switch {
		case doc.Layers != nil:
			return data, nil
		case doc.SchemaVersion == 1:
			return nil, errors.New("manifest of schema 1, which registries gave up in 2019; push the image again")
		}
		d, err := choosePlatform(doc.Manifests, platform)
		if err != nil {
			return nil, err
		}
		h = d.Digest
	}
	return nil, fmt.Errorf("more than %d indexes in each other", maxIndexes)
}
