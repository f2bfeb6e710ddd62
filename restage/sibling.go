package restage

import (
	_ "embed" // the table of siblings
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

//go:embed siblings.yaml
var siblingsYAML []byte

// siblingTable is the content of siblings.yaml.
type siblingTable struct {
	Siblings []struct {
		Repository string `json:"repository"`
		Insert     string `json:"insert"`
		Image      string `json:"image"`
	} `json:"siblings"`
	SlimTags []string `json:"slim_tags"`
	Releases []string `json:"releases"`
	Default  string   `json:"default"`
}

// Sibling is the base that a run-time stage can start from.
type Sibling struct {
	// Ref is the reference of the slim image.
	Ref string
	// Same says that it holds the same software as the original base, not
	// only the same distribution.
	Same bool
	// Slim says that the original base is slim already, so Ref is that base.
	Slim bool
}

// FindSibling names the slim sibling of a base image. release is the code
// name of the Debian release that the base's /etc/os-release states.
func FindSibling(ref, release string) (Sibling, error) {
	var t siblingTable
	if err := yaml.UnmarshalStrict(siblingsYAML, &t); err != nil {
		return Sibling{}, fmt.Errorf("reading the table of siblings: %w", err)
	}
	name, tag := splitRef(ref)
	for _, s := range t.SlimTags {
		if slices.Contains(strings.Split(tag, "-"), s) {
			return Sibling{Ref: ref, Same: true, Slim: true}, nil
		}
	}
	repo := strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
	for _, s := range t.Siblings {
		if s.Repository != repo {
			continue
		}
		if s.Insert != "" {
			return Sibling{Ref: name + ":" + insertWord(tag, s.Insert, t.Releases), Same: true}, nil
		}
		return Sibling{Ref: strings.ReplaceAll(s.Image, "RELEASE", release)}, nil
	}
	if release == "" {
		return Sibling{}, fmt.Errorf("%s has no known slim sibling, and its /etc/os-release names no Debian release", ref)
	}
	return Sibling{Ref: strings.ReplaceAll(t.Default, "RELEASE", release)}, nil
}

// splitRef cuts a reference into name and tag; a digest is dropped, because
// the sibling has another.
func splitRef(ref string) (name, tag string) {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		return ref[:i], ref[i+1:]
	}
	return ref, ""
}

// insertWord puts word before the release that ends a tag, else at its end.
func insertWord(tag, word string, releases []string) string {
	switch {
	case tag == "" || tag == "latest":
		return word
	case slices.Contains(releases, tag):
		return tag + "-" + word
	}
	if i := strings.LastIndexByte(tag, '-'); i > 0 && slices.Contains(releases, tag[i+1:]) {
		return tag[:i] + "-" + word + tag[i:]
	}
	return tag + "-" + word
}
