package image

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// listing writes a tree one line a path: kind, path, size, layer.
func listing(tree inventory.Tree) []string {
	kinds := map[inventory.Kind]string{
		inventory.KindFile: "f", inventory.KindDir: "d", inventory.KindSymlink: "l",
		inventory.KindHardlink: "h", inventory.KindDevice: "c", inventory.KindFifo: "p",
	}
	var out []string
	for _, f := range tree {
		line := fmt.Sprintf("%s %s", kinds[f.Kind], f.Path)
		switch f.Kind {
		case inventory.KindFile:
			line += fmt.Sprintf(" %d @%d", f.Size, f.Layer)
		case inventory.KindSymlink, inventory.KindHardlink:
			line += " -> " + f.Link
		case inventory.KindDir:
			if f.Implied {
				line += " implied"
			}
		}
		out = append(out, line)
	}
	return out
}

func TestTree(t *testing.T) {
	tests := []struct {
		name     string
		layers   [][]item
		want     []string
		unknowns []string // "layer path: part of the reason"
	}{
		{
			name:   "implied parents",
			layers: [][]item{{file("a/b/c", "1"), dir("x"), file("./x/y", "22")}},
			want:   []string{"d / implied", "d /a implied", "d /a/b implied", "f /a/b/c 1 @0", "d /x", "f /x/y 2 @0"},
		},
		{
			name:   "order by component",
			layers: [][]item{{dir("a"), file("a-b", ""), file("a/b", "")}},
			want:   []string{"d / implied", "d /a", "f /a/b 0 @0", "f /a-b 0 @0"},
		},
		{
			name: "whiteout of file and directory",
			layers: [][]item{
				{dir("a"), file("a/1", "x"), file("a/2", "x"), dir("b"), file("b/c/d", "x"), file("b-", "x")},
				{wh("a", "1"), wh(".", "b")},
			},
			want: []string{"d / implied", "d /a", "f /a/2 1 @0", "f /b- 1 @0"},
		},
		{
			name: "whiteout does not touch its own layer, in either order",
			layers: [][]item{
				{file("a/old", "x"), file("b/old", "x")},
				{file("a/new", "y"), wh(".", "a"), wh(".", "b"), file("b/new", "y")},
			},
			want: []string{"d / implied", "d /a implied", "f /a/new 1 @1", "d /b implied", "f /b/new 1 @1"},
		},
		{
			name: "opaque directory hides lower children only",
			layers: [][]item{
				{dir("a"), file("a/1", "x"), dir("a/s"), file("a/s/2", "x"), file("b", "x")},
				{dir("a"), file("a/s/new", "y"), opaque("a")},
			},
			want: []string{"d / implied", "d /a", "d /a/s implied", "f /a/s/new 1 @1", "f /b 1 @0"},
		},
		{
			name: "opaque root",
			layers: [][]item{
				{file("a", "x")},
				{opaque("."), file("b", "y")},
			},
			want: []string{"d / implied", "f /b 1 @1"},
		},
		{
			name: "file replaces directory, directory replaces file",
			layers: [][]item{
				{dir("a"), file("a/x", "1"), file("b", "1")},
				{file("a", "22"), dir("b"), file("b/x", "1")},
			},
			want: []string{"d / implied", "f /a 2 @1", "d /b", "f /b/x 1 @1"},
		},
		{
			name: "directory again keeps children",
			layers: [][]item{
				{dir("a"), file("a/x", "1")},
				{dir("a")},
			},
			want: []string{"d / implied", "d /a", "f /a/x 1 @0"},
		},
		{
			name:   "last duplicate counts",
			layers: [][]item{{file("a", "1"), file("a", "22"), file("./a", "333")}},
			want:   []string{"d / implied", "f /a 3 @0"},
		},
		{
			name:   "file over directory in one archive",
			layers: [][]item{{dir("a"), file("a/x", "1"), file("a", "1"), file("a-", "1")}},
			want:   []string{"d / implied", "f /a 1 @0", "f /a- 1 @0"},
		},
		{
			name:     "entry below a file",
			layers:   [][]item{{file("a", "1")}, {file("a/x", "1")}},
			want:     []string{"d / implied", "f /a 1 @0"},
			unknowns: []string{"1 /a/x: no directory"},
		},
		{
			name:   "hard links share content",
			layers: [][]item{{file("a", "123"), hard("b", "a"), hard("c", "./b")}},
			want:   []string{"d / implied", "f /a 3 @0", "h /b -> /a", "h /c -> /a"},
		},
		{
			name:   "a hard link outlives its first name",
			layers: [][]item{{file("a", "123"), hard("b", "a"), hard("c", "a")}, {wh(".", "a")}},
			want:   []string{"d / implied", "f /b 3 @0", "h /c -> /b"},
		},
		{
			name:   "first name replaced",
			layers: [][]item{{file("a", "123"), hard("b", "a")}, {file("a", "4")}},
			want:   []string{"d / implied", "f /a 1 @1", "f /b 3 @0"},
		},
		{
			name:   "hard link to a file of a lower layer",
			layers: [][]item{{file("a", "123")}, {hard("b", "a")}, {wh(".", "a")}},
			want:   []string{"d / implied", "f /b 3 @1"},
		},
		{
			name:     "hard links to nothing and in a circle",
			layers:   [][]item{{hard("a", "nowhere"), hard("b", "c"), hard("c", "b")}},
			want:     []string{"d / implied"},
			unknowns: []string{"0 /a: missing", "0 /b: missing", "0 /c: missing"},
		},
		{
			name: "links of lower layers redirect entries",
			layers: [][]item{
				{dir("usr/lib"), symlink("lib", "usr/lib"), file("usr/lib/old", "1")},
				{file("lib/new", "22"), wh("lib", "old"), hard("lib/again", "lib/new")},
			},
			want: []string{
				"d / implied", "l /lib -> usr/lib", "d /usr implied", "d /usr/lib",
				"h /usr/lib/again -> /usr/lib/new", "f /usr/lib/new 2 @1",
			},
		},
		{
			name: "a directory entry replaces a link",
			layers: [][]item{
				{dir("usr/lib"), symlink("lib", "usr/lib")},
				{dir("lib"), file("lib/new", "22")},
			},
			want: []string{"d / implied", "d /lib", "f /lib/new 2 @1", "d /usr implied", "d /usr/lib"},
		},
		{
			name: "a link replaces a directory and redirects what follows",
			layers: [][]item{
				{dir("lib"), file("lib/old", "1")},
				{symlink("lib", "usr/lib"), file("lib/new", "22")},
			},
			want: []string{"d / implied", "l /lib -> usr/lib", "d /usr implied", "d /usr/lib implied", "f /usr/lib/new 2 @1"},
		},
		{
			name:     "links that loop",
			layers:   [][]item{{symlink("a", "b"), symlink("b", "a")}, {file("a/x", "1")}},
			want:     []string{"d / implied", "l /a -> b", "l /b -> a"},
			unknowns: []string{"1 /a/x: loop"},
		},
		{
			name: "names that have no place",
			layers: [][]item{{
				file("../etc/passwd", "1"), file("a/../../b", "1"), hard("c", "../c"),
				file("d/.wh.", "1"), file(".wh..wh.plnk", "1"), file("ok", "1"),
				file("n/"+strings.Repeat("x", 256), "1"),
			}},
			want: []string{"d / implied", "f /ok 1 @0"},
			unknowns: []string{
				"0 ../etc/passwd: ..", "0 a/../../b: ..", "0 /c: ..", "0 /d/.wh.: nothing",
				"0 /.wh..wh.plnk: AUFS", "0 n/xxx: longer",
			},
		},
		{
			name:   "links out of the root stay inside",
			layers: [][]item{{symlink("a", "../../etc"), file("a/x", "1")}},
			want:   []string{"d / implied", "l /a -> ../../etc", "d /etc implied", "f /etc/x 1 @0"},
		},
		{
			name: "a hard link keeps what its target was",
			layers: [][]item{
				{file("a", "123"), hard("b", "a"), file("a", "4"), hard("c", "b")},
				{hard("d", "b"), wh(".", "b"), wh(".", "c")},
			},
			want: []string{"d / implied", "f /a 1 @0", "f /d 3 @1"},
		},
		{
			name:   "a directory that was a file in between is empty",
			layers: [][]item{{dir("a"), file("a/x", "1")}, {file("a/y", "1"), file("a", "1"), dir("a"), file("a/z", "1")}},
			want:   []string{"d / implied", "d /a", "f /a/z 1 @1"},
		},
		{
			name:     "a hard link over what it names",
			layers:   [][]item{{file("a/x", "1")}, {hard("a/x", "a/x"), hard("a", "a/x"), hard("b", "a")}},
			want:     []string{"d / implied", "d /a implied", "f /a/x 1 @0"},
			unknowns: []string{"1 /a/x: would replace", "1 /a: would replace", "1 /b: a directory"},
		},
		{
			name:   "a file moved by hard link and whiteout",
			layers: [][]item{{file("a", "123")}, {hard("b", "a"), wh(".", "a")}},
			want:   []string{"d / implied", "f /b 3 @1"},
		},
		{
			name:   "a whiteout makes the directories on its way, as on disk",
			layers: [][]item{{wh("a/b", "c")}},
			want:   []string{"d / implied", "d /a implied", "d /a/b implied"},
		},
		{
			name:   "dots in link texts go up from where the link leads",
			layers: [][]item{{dir("x/y"), symlink("l", "x/y"), symlink("m", "l/../z"), file("m/f", "1")}},
			want:   []string{"d / implied", "l /l -> x/y", "l /m -> l/../z", "d /x implied", "d /x/y", "d /x/z implied", "f /x/z/f 1 @0"},
		},
		{name: "no layer", want: []string{"d / implied"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := inventoryOf(t, sourceOf(t, imageOf(t, tt.layers...)))
			if diff := cmp.Diff(tt.want, listing(img.Tree)); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
			checkUnknowns(t, img.Unknowns, tt.unknowns)
			checkInvariants(t, img)
		})
	}
}

func checkUnknowns(t testing.TB, got []inventory.Unknown, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("unknowns %v, want %v", got, want)
	}
	for i, u := range got {
		where, reason, _ := strings.Cut(want[i], ": ")
		if !strings.HasPrefix(fmt.Sprintf("%d %s", u.Layer, u.Path), where) || !strings.Contains(u.Reason, reason) {
			t.Errorf("unknown %d: %+v, want %q", i, u, want[i])
		}
	}
}

// checkInvariants holds for every inventory, whatever the image.
func checkInvariants(t testing.TB, img *inventory.Image) {
	t.Helper()
	for i := range img.Tree {
		f := &img.Tree[i]
		if i > 0 && inventory.ComparePaths(img.Tree[i-1].Path, f.Path) >= 0 {
			t.Errorf("tree out of order at %s", f.Path)
		}
		if f.Path != "/" {
			if p := img.Tree.Find(parentPath(f.Path)); p == nil || p.Kind != inventory.KindDir {
				t.Errorf("%s has no parent directory", f.Path)
			}
		}
		if f.Kind == inventory.KindHardlink {
			if first := img.Tree.Find(f.Link); first == nil || first.Kind != inventory.KindFile || first.Digest != f.Digest {
				t.Errorf("hard link %s: first name %s is not the same file", f.Path, f.Link)
			}
		}
		if f.Kind != inventory.KindFile && f.Size != 0 {
			t.Errorf("%s has a size", f.Path)
		}
	}
	if s := img.Sizes(); s.Wasted < 0 {
		t.Errorf("negative waste: %+v", s)
	}
}

func parentPath(p string) string {
	i := strings.LastIndexByte(p, '/')
	return p[:max(1, i)]
}
