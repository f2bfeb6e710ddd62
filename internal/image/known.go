package image

import (
	"cmp"
	"fmt"
	"slices"
)

// Named is an image of a layout by one of its names.
type Named struct {
	Name, Digest string
	// DiffIDs are the digests of its uncompressed layers, base first.
	DiffIDs []string
}

// Is reports whether ref means this name, in short or full form.
func (n Named) Is(ref string) bool { return n.Name == ref || sameReference(n.Name, ref) }

// LayoutImages lists the images of the OCI layout in dir that have a name,
// sorted by name, for the platform of the options. Images that cannot be
// read, or that are for other platforms only, are left out: the list serves
// to recognise images, and those could not be.
func LayoutImages(dir string, opts Options) ([]Named, error) {
	index, err := readIndex(dirStore(dir))
	if err != nil {
		return nil, fmt.Errorf("reading the OCI layout %s: %w", dir, err)
	}
	var list []Named
	for _, d := range index.Manifests {
		name := cmp.Or(d.Annotations[imageNameAnnotation], d.Annotations[refNameAnnotation])
		if name == "" {
			continue
		}
		src, err := OpenLayout(dir, name, opts)
		if err != nil {
			continue
		}
		list = append(list, Named{Name: name, Digest: src.Digest(), DiffIDs: src.DiffIDs()})
		src.Close()
	}
	slices.SortFunc(list, func(a, b Named) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Digest, b.Digest))
	})
	return list, nil
}
