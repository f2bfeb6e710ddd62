//go:build unix

package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	containerd "github.com/containerd/containerd/v2/pkg/archive"
	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// The second opinion on layers is containerd's: it unpacks them to disk.

// nastyLayers makes layers of random bytes, of few names so that they
// collide: files over directories, directories over links, links in the way,
// duplicates, hard links to anything. Deletions come first, as the
// specification recommends: it is silent on other orders in a way that
// containerd is not.
func nastyLayers(data []byte) [][]item {
	names := []string{"a", "b", "a-", "c"}
	at := func(x, depth byte) string {
		p := ""
		for i := range int(depth%3) + 1 {
			p = path.Join(p, names[int(x>>(2*i))%len(names)])
		}
		return p
	}
	layers := [][]item{nil}
	for len(data) >= 4 {
		op, x, y, z := data[0], data[1], data[2], data[3]
		data = data[4:]
		p := at(x, y)
		var it item
		switch op % 16 {
		case 0:
			if len(layers) < 6 {
				layers = append(layers, nil)
			}
			continue
		case 1, 2:
			it = wh(path.Dir(p), path.Base(p))
		case 3:
			it = opaque(p)
		case 4, 5, 6:
			it = item{name: p, typ: tar.TypeDir, mode: 0o700 | int64(z&0o77)}
		case 7, 8:
			it = symlink(p, strings.Repeat("../", int(op>>6))+at(z, y>>4))
		case 9:
			it = symlink(p, "/"+at(z, y>>4))
		case 10, 11:
			it = hard(p, at(z, y>>4))
		case 12:
			it = item{name: p, typ: tar.TypeFifo, mode: 0o600}
		default:
			it = item{name: p, typ: tar.TypeReg, body: string(data[:min(len(data), int(z%8))]), mode: 0o600 | int64(z&0o77)}
		}
		last := len(layers) - 1
		layers[last] = append(layers[last], it)
	}
	for _, items := range layers {
		slices.SortStableFunc(items, func(a, b item) int { return deletion(a) - deletion(b) })
	}
	return layers
}

// deletion ranks the entries of a layer: deletions from the root downwards,
// then the rest.
func deletion(it item) int {
	if strings.HasPrefix(path.Base(it.name), whiteoutPrefix) {
		return strings.Count(path.Clean(it.name), "/")
	}
	return 100
}

// unpackedHere lays layers over each other with this package.
func unpackedHere(t testing.TB, layers [][]item) (inventory.Tree, []inventory.Unknown) {
	t.Helper()
	img := &inventory.Image{}
	u := newUnpacker()
	for i, items := range layers {
		s, err := scan(feedOf(t, bytes.NewReader(archive(t, items))), i, defaultLimits(), nil)
		if err != nil {
			t.Fatal(err)
		}
		entries, unknowns, err := u.add(i, unpackedEntries(t, s))
		if err != nil {
			t.Fatal(err)
		}
		layer := inventory.Layer{Entries: entries}
		for j, e := range entries {
			layer.ContentBytes += e.Size
			if j > 0 && (inventory.ComparePaths(entries[j-1].Path, e.Path) > 0) {
				t.Errorf("layer %d out of order at %s", i, e.Path)
			}
		}
		img.Layers = append(img.Layers, layer)
		img.Unknowns = append(img.Unknowns, unknowns...)
	}
	img.Tree, _ = u.tree()
	checkInvariants(t, img)
	return img.Tree, img.Unknowns
}

// lines writes a tree down; names of one file are told by the first of them.
func lines(tree inventory.Tree) []string {
	first := map[string]string{}
	var out []string
	for _, f := range tree {
		if f.Path == "/" {
			continue
		}
		line := ""
		switch f.Kind {
		case inventory.KindDir:
			line = fmt.Sprintf("dir %o", f.Mode.Perm())
		case inventory.KindSymlink:
			line = "link " + f.Link
		case inventory.KindFifo:
			line = "fifo"
		case inventory.KindFile, inventory.KindHardlink:
			name := f.Path
			if f.Kind == inventory.KindHardlink {
				name = f.Link
			}
			if first[name] == "" {
				first[name] = f.Path
			}
			line = f.Digest.String() + " as " + first[name]
		}
		out = append(out, f.Path+" "+line)
	}
	return out
}

// linesOnDisk writes a directory down in the same form.
func linesOnDisk(t testing.TB, root string) []string {
	t.Helper()
	first := map[uint64]string{}
	var out []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		at := strings.TrimPrefix(p, root)
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := ""
		switch info.Mode().Type() {
		case fs.ModeDir:
			line = fmt.Sprintf("dir %o", info.Mode().Perm())
		case fs.ModeSymlink:
			to, err := os.Readlink(p)
			if err != nil {
				return err
			}
			line = "link " + to
		case fs.ModeNamedPipe:
			line = "fifo"
		default:
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			ino := info.Sys().(*syscall.Stat_t).Ino
			if first[ino] == "" {
				first[ino] = at
			}
			line = fmt.Sprintf("sha256:%x as %s", sha256.Sum256(data), first[ino])
		}
		out = append(out, at+" "+line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b string) int {
		pa, _, _ := strings.Cut(a, " ")
		pb, _, _ := strings.Cut(b, " ")
		return inventory.ComparePaths(pa, pb)
	})
	return out
}

// applied unpacks layers with containerd.
func applied(t testing.TB, root string, layers [][]item) error {
	t.Helper()
	var failed error
	for _, items := range layers {
		// An error of the end, when it sets the times of directories that
		// were replaced, does not count: all entries are unpacked by then.
		_, err := containerd.Apply(t.Context(), root, bytes.NewReader(archive(t, items)), containerd.WithNoSameOwner())
		if err != nil {
			failed = err
		}
	}
	return failed
}

// checkUnpack compares our tree with containerd's. Where containerd gives up,
// we list what can't be unpacked; without these entries both agree.
func checkUnpack(t testing.TB, root string, layers [][]item) {
	t.Helper()
	tree, unknowns := unpackedHere(t, layers)
	if len(unknowns) > 0 {
		if applied(t, mkdir(t, root, "bad"), layers) == nil {
			t.Errorf("containerd unpacks what is unknown here: %v\n%v", unknowns, layers)
		}
		for len(unknowns) > 0 {
			bad := unknowns[0]
			layers[bad.Layer] = slices.DeleteFunc(layers[bad.Layer], func(it item) bool {
				p := path.Join("/", it.name)
				if target, _, ok, _ := whiteout(p); ok {
					p = target
				}
				return p == bad.Path
			})
			tree, unknowns = unpackedHere(t, layers)
		}
	}
	dir := mkdir(t, root, "good")
	err := applied(t, dir, layers)
	if diff := cmp.Diff(linesOnDisk(t, dir), lines(tree)); diff != "" {
		t.Errorf("tree (-containerd, which said %v, +here):\n%s\n%v", err, diff, layers)
	}
}

func mkdir(t testing.TB, dir, name string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.Mkdir(p, 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestUnpackAgainstContainerd(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		data := make([]byte, 4*(4+i%40))
		for j := range data {
			data[j] = byte(random.Uint32())
		}
		root := mkdir(t, dir, fmt.Sprint(i))
		checkUnpack(t, root, nastyLayers(data))
		if t.Failed() {
			t.Fatalf("round %d", i)
		}
		if err := os.RemoveAll(root); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("\x04\x00\x00\x00\x0d\x00\x01\x02\x00\x00\x00\x00\x01\x00\x01\x00"))
	f.Add([]byte("\x0d\x00\x00\x03\x0a\x01\x00\x00\x0d\x00\x00\x04"))
	f.Add([]byte("\x07\x00\x00\x01\x0d\x00\x01\x03\x00\x00\x00\x00\x04\x00\x00\x00\x0d\x00\x01\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 {
			return
		}
		checkUnpack(t, t.TempDir(), nastyLayers(data))
	})
}
