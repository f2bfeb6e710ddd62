package image

import (
	"context"
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

func (s *Source) readFiles(ctx context.Context, r *result, paths []string, maxEach int64) (map[string][]byte, error) {
	out := map[string][]byte{}
	want := s.newWants()
	for _, p := range paths {
		f, _ := r.img.Tree.Resolve(p)
		if f == nil || f.Kind != inventory.KindFile && f.Kind != inventory.KindHardlink {
			continue
		}
		if contentSize(r.img.Tree, f) > maxEach {
			continue
		}
		want.add(r, f, func(body io.Reader) error {
			data, err := io.ReadAll(body)
			out[p] = data
			return err
		})
	}
	return out, s.bodies(ctx, want)
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

// ref returns where the content of a file of the tree is, by its index.
func (r *result) ref(i int) ref {
	if at, ok := r.elsewhere[i]; ok {
		return at
	}
	f := &r.img.Tree[i]
	return ref{f.Layer, f.Path}
}

// refAt returns where the content of the file at p is. The path must be one
// of the tree.
func (r *result) refAt(p string) ref {
	tree := r.img.Tree
	return r.ref(sort.Search(len(tree), func(i int) bool { return inventory.ComparePaths(tree[i].Path, p) >= 0 }))
}
