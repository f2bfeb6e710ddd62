// Package basestore serves FROM references from an OCI layout whose index
// names them, so that builds work where no registry can be reached.
package basestore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"

	"schlank/internal/engine/ocistore"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/bounded"
)

// LabelStandIn is the label in which a base says that it stands in for an
// official image.
const LabelStandIn = "io.schlank.stand-in"

// annotationImageName is containerd's annotation for a full reference.
const annotationImageName = "io.containerd.image.name"

// maxIndex bounds index.json, in bytes.
const maxIndex = 4 << 20

// Store is an opened base store. The zero value is an empty one.
type Store struct {
	dir     string
	content content.Store
	// manifests are the descriptors by familiar reference ("python:3.11").
	manifests map[string]ocispecs.Descriptor
}

// Open reads the layout in dir. An empty dir gives an empty store; a
// directory that is not a layout is an error.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, manifests: map[string]ocispecs.Descriptor{}}
	if dir == "" {
		return s, nil
	}
	idx, err := readIndex(filepath.Join(dir, ocispecs.ImageIndexFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("base store %s: no index.json there: give the directory of an OCI layout", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("base store %s: %w", dir, err)
	}
	for _, d := range idx.Manifests {
		name := d.Annotations[annotationImageName]
		if name == "" {
			name = d.Annotations[ocispecs.AnnotationRefName]
		}
		if fam, ok := Familiar(name); ok {
			s.manifests[fam] = d
		}
	}
	s.content = ocistore.Blobs(dir)
	return s, nil
}

// Familiar shortens a reference as BuildKit's named contexts are looked up:
// "docker.io/library/python:3.11" is "python:3.11", a tag "latest" is
// dropped.
func Familiar(ref string) (string, bool) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", false
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest"), true
}

// Content gives access to the blobs; nil for an empty store.
func (s *Store) Content() content.Store { return s.content }

// Dir is the directory of the layout.
func (s *Store) Dir() string { return s.dir }

// Names are the familiar references the store answers for, sorted.
func (s *Store) Names() []string {
	names := make([]string, 0, len(s.manifests))
	for n := range s.manifests {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Lookup finds the manifest for a reference in any spelling.
func (s *Store) Lookup(ref string) (ocispecs.Descriptor, bool) {
	fam, ok := Familiar(ref)
	if !ok {
		return ocispecs.Descriptor{}, false
	}
	d, ok := s.manifests[fam]
	return d, ok
}

func readIndex(name string) (ocispecs.Index, error) {
	var idx ocispecs.Index
	b, err := bounded.ReadFile(name, maxIndex)
	if err != nil {
		return idx, err
	}
	return idx, json.Unmarshal(b, &idx)
}
