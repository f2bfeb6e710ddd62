package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// part is a range of layers of a base image, put below a directory.
type part struct {
	image     string
	from, end int
	below     string
}

// layers are what the image is made of: a Debian with the usual tools, the
// compilers and headers for all languages, and the languages themselves, which
// a copy of other parts brings to two thirds of the image: 78,000 entries.
var layers = [][]part{
	{{"buildpack-deps:bookworm-scm", 0, 4, ""}},
	{{"buildpack-deps:bookworm", 4, 5, ""}},
	{
		{"python:3.11", 5, 8, ""},
		{"node:22", 5, 9, ""},
		{"golang:1.26", 4, 8, ""},
		{"buildpack-deps:bookworm", 3, 5, "opt/copy"},
		{"golang:1.26", 4, 5, "opt/copy"},
		{"node:22", 6, 7, "opt/copy"},
	},
}

// copyTo copies the entries of a part, in order.
func (p *part) copyTo(w *tar.Writer, bases string) error {
	img, err := find(bases, p.image)
	if err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	if len(layers) < p.end {
		return fmt.Errorf("%d layers, want %d: make the bases again", len(layers), p.end)
	}
	for _, l := range layers[p.from:p.end] {
		r, err := l.Uncompressed()
		if err != nil {
			return err
		}
		if err := errors.Join(p.copyLayer(w, r), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) copyLayer(w *tar.Writer, r io.Reader) error {
	tr := tar.NewReader(r)
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		hdr.Name = p.move(hdr.Name)
		if hdr.Typeflag == tar.TypeLink {
			hdr.Linkname = p.move(hdr.Linkname)
		}
		hdr.Format = tar.FormatUnknown
		delete(hdr.PAXRecords, "path")
		delete(hdr.PAXRecords, "linkpath")
		if err := w.WriteHeader(hdr); err != nil {
			return err
		}
		if _, err := io.Copy(w, tr); err != nil {
			return err
		}
	}
}

func (p *part) move(name string) string {
	if p.below == "" {
		return name
	}
	moved := path.Join(p.below, name)
	if strings.HasSuffix(name, "/") {
		moved += "/"
	}
	return moved
}

// find returns an image of the base store by the name of its reference.
func find(bases, name string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(bases)
	if err != nil {
		return nil, fmt.Errorf("opening the base store (`make bases` makes it): %w", err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range m.Manifests {
		if d.Annotations["org.opencontainers.image.ref.name"] == "docker.io/library/"+name {
			return index.Image(d.Digest)
		}
	}
	return nil, fmt.Errorf("not in the base store %s: `make bases` makes it", bases)
}
