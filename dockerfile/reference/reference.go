// Package reference reads references to images, as they stand after FROM, the
// way Docker does: registry, repository, tag and digest. It imports nothing of
// this module.
package reference

import (
	"regexp"
	"strings"
)

// Reference is a reference to an image, taken apart.
type Reference struct {
	// Registry is a host, with its port; docker.io when none is named.
	Registry string
	// Repository is the rest of the name: library/python, grafana/loki.
	Repository string
	// Tag and Digest are "" when they are not given.
	Tag, Digest string
}

// Hub is the registry that a reference without one means.
const Hub = "docker.io"

// maxRepository is the longest repository, in bytes.
const maxRepository = 255

var (
	identifier = regexp.MustCompile(`^[a-f0-9]{64}$`)
	registry   = regexp.MustCompile(`^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`)
	repository = regexp.MustCompile(`^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$`)
	tag        = regexp.MustCompile(`^\w[\w.-]{0,127}$`)
	digest     = regexp.MustCompile(`^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$`)
)

// Parse reads a reference and reports whether it is one.
func Parse(text string) (Reference, bool) {
	if identifier.MatchString(text) {
		return Reference{}, false
	}
	r := Reference{Registry: Hub}
	rest := text
	if first, after, ok := strings.Cut(text, "/"); ok && isRegistry(first) {
		r.Registry, rest = first, after
	}
	if r.Registry == "index.docker.io" {
		r.Registry = Hub
	}
	rest, r.Digest, _ = strings.Cut(rest, "@")
	rest, r.Tag, _ = strings.Cut(rest, ":")
	r.Repository = rest
	if r.Registry == Hub && !strings.Contains(rest, "/") {
		r.Repository = official + rest
	}
	ok := registry.MatchString(r.Registry) && repository.MatchString(r.Repository) &&
		(r.Tag == "" && !strings.HasSuffix(text, ":") && !strings.Contains(text, ":@") || tag.MatchString(r.Tag)) &&
		(r.Digest == "" && !strings.HasSuffix(text, "@") || digest.MatchString(r.Digest)) &&
		len(r.Repository) <= maxRepository
	if !ok {
		return Reference{}, false
	}
	return r, true
}

// isRegistry reports whether the part before the first slash is a host: it
// has a dot or a port, is localhost, or has a letter no repository may have.
func isRegistry(s string) bool {
	return strings.ContainsAny(s, ".:") || s == "localhost" || strings.ToLower(s) != s
}

// official is before the names of official images.
const official = "library/"

// Official is the name of an official image of the usual registry, or of a
// mirror that keeps them under library/: "python". It is "" for others.
func (r Reference) Official() string {
	i := strings.LastIndex("/"+r.Repository, "/"+official)
	if i < 0 || r.Registry == Hub && i > 0 {
		return ""
	}
	name := r.Repository[i+len(official):]
	if strings.Contains(name, "/") {
		return ""
	}
	return name
}

// Name is registry and repository as people write them: "python",
// "grafana/loki", "quay.io/keycloak/keycloak".
func (r Reference) Name() string {
	if r.Registry != Hub {
		return r.Registry + "/" + r.Repository
	}
	return strings.TrimPrefix(r.Repository, official)
}

// WithTag is the reference as people write it with another tag and no digest.
func (r Reference) WithTag(tag string) string { return r.Name() + ":" + tag }
