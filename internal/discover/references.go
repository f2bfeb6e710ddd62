package discover

import (
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"schlank/internal/bounded"
	"sigs.k8s.io/yaml"
)

// maxReferences bounds a compose or bake file, in bytes. Real ones are a few
// kilobytes, and parsers are recursive.
const maxReferences = 256 << 10

// isCompose reports whether a file of that name is a compose file.
func isCompose(name string) bool {
	lower := strings.ToLower(name)
	ext := path.Ext(lower)
	stem := strings.TrimSuffix(lower, ext)
	return (ext == ".yml" || ext == ".yaml") &&
		slices.ContainsFunc([]string{"compose", "docker-compose", "podman-compose"}, func(s string) bool {
			return stem == s || strings.HasPrefix(stem, s+".") || strings.HasPrefix(stem, s+"-")
		})
}

// isBake reports whether a file of that name is one of `docker buildx bake`.
func isBake(name string) bool {
	lower := strings.ToLower(name)
	ext := path.Ext(lower)
	stem := strings.TrimSuffix(lower, ext)
	return (ext == ".hcl" || ext == ".json") &&
		(stem == "docker-bake" || stem == "docker-bake.override" || strings.HasPrefix(stem, "docker-bake.") || stem == "bake" && ext == ".hcl")
}

// build is what a compose service or a bake target says about its build.
type build struct {
	name                        string
	context, dockerfile, inline string
	// inherits are the bake targets that lend what is not given.
	inherits []string
}

// references adds what a compose or bake file refers to.
func (s *search) references(file string) {
	text, err := bounded.ReadFile(file, maxReferences)
	if err != nil {
		s.problem(file, "%s", reason(err))
		return
	}
	var builds []build
	switch {
	case isCompose(filepath.Base(file)):
		builds, err = composeBuilds(text)
	case strings.HasSuffix(strings.ToLower(file), ".json"):
		builds, err = bakeJSON(text)
	default:
		builds, err = bakeHCL(file, text)
	}
	if err != nil {
		s.problem(file, "%s", err)
		return
	}
	for _, b := range builds {
		s.refer(file, b)
	}
}

// refer adds one reference, if it leads to a file. Remote contexts, and
// words with variables in them, lead nowhere.
func (s *search) refer(file string, b build) {
	if strings.Contains(b.context, "://") || strings.HasPrefix(b.context, "git@") || strings.Contains(b.context+b.dockerfile, "$") {
		return
	}
	dir := filepath.FromSlash(cmp.Or(b.context, "."))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(file), dir)
	}
	if b.inline != "" {
		s.add(Found{File: file, Context: dir, Service: b.name, Inline: b.inline})
		return
	}
	df := filepath.FromSlash(cmp.Or(b.dockerfile, "Dockerfile"))
	if !filepath.IsAbs(df) {
		df = filepath.Join(dir, df)
	}
	info, err := os.Stat(df)
	switch {
	case err != nil:
		s.problem(file, "%s is built from %s: %s", b.name, df, reason(err))
	case info.Mode().IsRegular():
		s.add(Found{File: df, Context: dir, Service: b.name})
	}
}

// composeBuilds reads the builds of a compose file's services, by name
// (https://github.com/compose-spec/compose-spec/blob/main/build.md).
func composeBuilds(text []byte) ([]build, error) {
	var doc struct {
		Services map[string]struct {
			Build json.RawMessage `json:"build"`
		} `json:"services"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	var out []build
	for name, service := range doc.Services {
		b := build{name: name}
		var long struct {
			Context    string `json:"context"`
			Dockerfile string `json:"dockerfile"`
			Inline     string `json:"dockerfile_inline"`
		}
		switch {
		case len(service.Build) == 0 || string(service.Build) == "null":
			continue
		case json.Unmarshal(service.Build, &b.context) == nil:
		case json.Unmarshal(service.Build, &long) == nil:
			b.context, b.dockerfile, b.inline = long.Context, long.Dockerfile, long.Inline
		default:
			return nil, errors.New("services." + name + ".build is neither a path nor a mapping")
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b build) int { return cmp.Compare(a.name, b.name) })
	return out, nil
}

// bakeJSON reads the targets of a bake file in JSON
// (https://docs.docker.com/build/bake/reference/).
func bakeJSON(text []byte) ([]build, error) {
	var doc struct {
		Target map[string]struct {
			Context    string   `json:"context"`
			Dockerfile string   `json:"dockerfile"`
			Inline     string   `json:"dockerfile-inline"`
			Inherits   []string `json:"inherits"`
		} `json:"target"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	var out []build
	for name, t := range doc.Target {
		out = append(out, build{name, t.Context, t.Dockerfile, t.Inline, t.Inherits})
	}
	slices.SortFunc(out, func(a, b build) int { return cmp.Compare(a.name, b.name) })
	return inherited(out), nil
}

// inherited fills in what targets inherit, the last parent first, and leaves
// out those that say nothing about what is built: they are there to be
// inherited from.
func inherited(list []build) []build {
	byName := map[string]build{}
	for _, b := range list {
		byName[b.name] = b
	}
	var out []build
	for _, b := range list {
		b = lend(b, byName, len(list))
		if b.context != "" || b.dockerfile != "" || b.inline != "" {
			out = append(out, b)
		}
	}
	return out
}

// lend follows the parents of a target, at most depth of them in a chain.
func lend(b build, byName map[string]build, depth int) build {
	if depth == 0 {
		return b
	}
	for _, name := range slices.Backward(b.inherits) {
		parent, ok := byName[name]
		if !ok || b.context != "" && (b.dockerfile != "" || b.inline != "") {
			continue
		}
		parent = lend(parent, byName, min(depth, 8)-1)
		b.context = cmp.Or(b.context, parent.context)
		if b.dockerfile == "" && b.inline == "" {
			b.dockerfile, b.inline = parent.dockerfile, parent.inline
		}
	}
	return b
}
