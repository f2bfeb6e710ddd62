package restage

import (
	_ "embed" // the table of siblings
	"fmt"
	"regexp"
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
		Append     string `json:"append"`
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
	mirror, repo := official(name)
	for _, s := range t.Siblings {
		if s.Repository != repo {
			continue
		}
		if s.Image != "" {
			return inRelease(mirror, s.Image, ref, release)
		}
		if tag == "" && strings.Contains(ref, "@") {
			return Sibling{}, fmt.Errorf("%s names no tag, so its slim sibling cannot be told: write the tag before the digest", ref)
		}
		if s.Append != "" {
			return Sibling{Ref: name + ":" + strings.TrimPrefix(strings.TrimPrefix(tag+"-"+s.Append, "latest"), "-"), Same: true}, nil
		}
		return Sibling{Ref: name + ":" + insertWord(tag, s.Insert, t.Releases), Same: true}, nil
	}
	return inRelease(mirror, t.Default, ref, release)
}

// inRelease is a sibling of other software: the distribution's own image.
func inRelease(mirror, image, ref, release string) (Sibling, error) {
	if !releaseName.MatchString(release) {
		return Sibling{}, fmt.Errorf("%s has no known slim sibling, and its /etc/os-release names no Debian release", ref)
	}
	return Sibling{Ref: mirror + strings.ReplaceAll(image, "RELEASE", release)}, nil
}

// releaseName is the form of a Debian release's code name.
var releaseName = regexp.MustCompile(`^[a-z]+$`)

// official takes a reference's name apart: the repository of an official
// image, and the mirror before it, "" for the usual registry.
func official(name string) (mirror, repo string) {
	if i := strings.LastIndex(name, "/library/"); i >= 0 {
		i += len("/library/")
		if mirror = name[:i]; strings.HasPrefix(mirror, "docker.io/") {
			mirror = ""
		}
		return mirror, name[i:]
	}
	return "", strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
}

// siblingRef is the sibling as the Dockerfile should name it: with the
// variables of the original reference where that comes to the same.
func siblingRef(in Input) string {
	base := root(in).Base
	if !strings.Contains(base.Raw, "$") || in.Sibling.Slim {
		if in.Sibling.Slim {
			return base.Raw
		}
		return in.Sibling.Ref
	}
	name, tag := splitRef(base.Raw)
	plainName, plainTag := splitRef(base.Text)
	siblingName, siblingTag := splitRef(in.Sibling.Ref)
	if plainName == siblingName && plainTag != "" && strings.HasPrefix(siblingTag, plainTag+"-") && wholeVariables(name) && wholeVariables(tag) {
		return name + ":" + tag + strings.TrimPrefix(siblingTag, plainTag)
	}
	return in.Sibling.Ref
}

// wholeVariables reports whether cutting a reference at its colon has not cut
// a ${variable:-default}.
func wholeVariables(s string) bool { return strings.Count(s, "{") == strings.Count(s, "}") }

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
