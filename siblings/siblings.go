// Package siblings knows which image is the slim sibling of which: same
// software, same paths, less around it. An image cannot tell this itself.
// It is pure and imports nothing of this module.
package siblings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Sibling is the base that a run-time stage can start from.
type Sibling struct {
	// Ref is the reference of the slim image.
	Ref string
	// Same says that it holds the same software as the original base, not
	// only the same distribution.
	Same bool
	// Slim says that the original base is slim already, so Ref is that base.
	Slim bool
	// Saves is by how many bytes it is smaller, roughly; 0 if that is not known.
	Saves int64
}

// Find names the slim sibling of a base image. release is the code name of the
// Debian release that the base's /etc/os-release states; without it only
// siblings of the same software are found.
func Find(ref, release string) (Sibling, error) {
	name, tag := Split(ref)
	for _, s := range slimTags() {
		if slices.Contains(strings.Split(tag, "-"), s) {
			return Sibling{Ref: ref, Same: true, Slim: true}, nil
		}
	}
	mirror, repo := official(name)
	for _, s := range table() {
		if s.repository != repo {
			continue
		}
		if s.image != "" {
			return inRelease(mirror, s, ref, release)
		}
		if tag == "" && strings.Contains(ref, "@") {
			return Sibling{}, fmt.Errorf("%s names no tag, so its slim sibling cannot be told: write the tag before the digest", ref)
		}
		if s.add != "" {
			return Sibling{Ref: name + ":" + strings.TrimPrefix(strings.TrimPrefix(tag+"-"+s.add, "latest"), "-"), Same: true, Saves: s.saves}, nil
		}
		return Sibling{Ref: name + ":" + insertWord(tag, s.insert), Same: true, Saves: s.saves}, nil
	}
	return inRelease(mirror, entry{image: other}, ref, release)
}

// inRelease is a sibling of other software: the distribution's own image.
func inRelease(mirror string, e entry, ref, release string) (Sibling, error) {
	if !releaseName.MatchString(release) {
		return Sibling{}, fmt.Errorf("%s has no known slim sibling, and its /etc/os-release names no Debian release", ref)
	}
	return Sibling{Ref: mirror + strings.ReplaceAll(e.image, "RELEASE", release), Saves: e.saves}, nil
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

// Split cuts a reference into name and tag; a digest is dropped, because the
// sibling has another.
func Split(ref string) (name, tag string) {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		return ref[:i], ref[i+1:]
	}
	return ref, ""
}

// insertWord puts word before the release that ends a tag, else at its end.
func insertWord(tag, word string) string {
	switch {
	case tag == "" || tag == "latest":
		return word
	case slices.Contains(releases(), tag):
		return tag + "-" + word
	}
	if i := strings.LastIndexByte(tag, '-'); i > 0 && slices.Contains(releases(), tag[i+1:]) {
		return tag[:i] + "-" + word + tag[i:]
	}
	return tag + "-" + word
}
