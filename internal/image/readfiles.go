package image

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sort"

	"schlank/inventory"
)

// ReadFiles returns the contents of files of the final tree, by the paths as
// given; symlinks are followed. Absent from the result are paths that end at
// no file and files larger than maxEach bytes: the inventory's tree says which
// they are. Each layer that holds one of them is read once more.
func (s *Source) ReadFiles(ctx context.Context, paths []string, maxEach int64) (map[string][]byte, error) {
	r, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return s.readFiles(ctx, r, paths, maxEach)
}

// wanted are the paths that asked for one file, and its digest.
type wanted struct {
	paths  []string
	digest string
}

func (s *Source) readFiles(ctx context.Context, r *result, paths []string, maxEach int64) (map[string][]byte, error) {
	byLayer := make([]map[string]*wanted, len(s.blobs))
	for _, p := range paths {
		f, _ := r.img.Tree.Resolve(p)
		if f == nil || f.Kind != inventory.KindFile && f.Kind != inventory.KindHardlink {
			continue
		}
		if size := contentSize(r.img.Tree, f); size > maxEach {
			continue
		}
		src := r.refAt(f.Path)
		if byLayer[src.layer] == nil {
			byLayer[src.layer] = map[string]*wanted{}
		}
		w := byLayer[src.layer][src.name]
		if w == nil {
			w = &wanted{digest: f.Digest}
			byLayer[src.layer][src.name] = w
		}
		w.paths = append(w.paths, p)
	}
	out := map[string][]byte{}
	for i, names := range byLayer {
		if len(names) == 0 {
			continue
		}
		if err := s.pull(ctx, i, names, maxEach, out); err != nil {
			return nil, fmt.Errorf("reading files of layer %d of %d (%s): %w", i+1, len(s.blobs), s.blobs[i].name(), err)
		}
	}
	return out, nil
}

// contentSize is the length of a file's content, by whatever name.
func contentSize(tree inventory.Tree, f *inventory.File) int64 {
	if f.Kind == inventory.KindHardlink {
		if first := tree.Find(f.Link); first != nil {
			return first.Size
		}
	}
	return f.Size
}

// refAt returns where the content of the file at p is. The path must be one
// of the tree.
func (r *result) refAt(p string) ref {
	tree := r.img.Tree
	return r.refs[sort.Search(len(tree), func(i int) bool { return inventory.ComparePaths(tree[i].Path, p) >= 0 })]
}

// errFound ends the reading of a layer early.
var errFound = errors.New("all found")

// pull reads one layer until all names are found.
func (s *Source) pull(ctx context.Context, i int, names map[string]*wanted, maxEach int64, out map[string][]byte) error {
	_, err := s.blobs[i].read(ctx, s.limits.layerBytes, func(r io.Reader) error {
		tr := tar.NewReader(r)
		for len(names) > 0 {
			hdr, err := tr.Next()
			if err == io.EOF {
				return fmt.Errorf("%d files are not there any more", len(names))
			}
			if err != nil {
				return err
			}
			p, _ := cleanName(hdr.Name)
			w := names[p]
			if w == nil || !hasBody(hdr.Typeflag) || hdr.Size > maxEach {
				continue
			}
			body, err := io.ReadAll(io.LimitReader(tr, maxEach))
			if err != nil {
				return err
			}
			if fmt.Sprintf("sha256:%x", sha256.Sum256(body)) != w.digest {
				continue // an earlier entry of the same name
			}
			delete(names, p)
			for _, at := range w.paths {
				out[at] = body
			}
		}
		return errFound
	})
	if errors.Is(err, errFound) {
		return nil
	}
	return err
}
