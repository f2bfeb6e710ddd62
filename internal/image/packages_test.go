package image

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"schlank/inventory"
)

func find(img *inventory.Image, name string) *inventory.Package {
	for i := range img.Packages {
		if img.Packages[i].Name == name {
			return &img.Packages[i]
		}
	}
	return nil
}

// ownerOf names the owner of a path, "-" for none.
func ownerOf(img *inventory.Image, p string) string {
	f := img.Tree.Find(p)
	if f == nil {
		return "no such path"
	}
	if f.Owner < 0 {
		return "-"
	}
	return string(img.Packages[f.Owner].Type) + ":" + img.Packages[f.Owner].Name
}

func TestOwners(t *testing.T) {
	const site = "usr/lib/python3/dist-packages/"
	base := []item{
		symlink("lib", "usr/lib"), file("usr/lib/libx.so.1", "1234"),
		file("var/lib/dpkg/status", "Package: libx\nStatus: install ok installed\nVersion: 0\n"),
		file("var/lib/dpkg/info/libx.list", "/.\n/lib\n/lib/libx.so.1\n"),
	}
	app := []item{
		file("var/lib/dpkg/status", "Package: libx\nStatus: install ok installed\nVersion: 1\n\n"+
			"Package: python3-six\nStatus: install ok installed\nVersion: 1\n"),
		file("var/lib/dpkg/info/python3-six.list", "/"+site+"six.py\n/usr/share/empty\n/usr/share/gone\n"),
		file(site+"six.py", "12"), file(site+"__pycache__/six.cpython-311.pyc", "123"), dir("usr/share/empty"),
		file(site+"six-1.dist-info/METADATA", "Name: six\nVersion: 1\n"),
		file(site+"six-1.dist-info/RECORD", "six.py,,\nsix-1.dist-info/METADATA,,\n"),
		file("app/node_modules/ms/package.json", `{"name":"ms","version":"2"}`), file("app/node_modules/ms/lib/x.js", "1"),
		file("app/node_modules/.store/ms.json", `{"name":"linked","version":"3"}`),
		hard("app/node_modules/linked/package.json", "app/node_modules/.store/ms.json"),
	}
	img := inventoryOf(t, sourceOf(t, imageOf(t, base, app)))
	for p, want := range map[string]string{
		"/usr/lib/libx.so.1":                           "dpkg:libx",
		"/" + site + "six.py":                          "dpkg:python3-six",
		"/" + site + "__pycache__/six.cpython-311.pyc": "dpkg:python3-six",
		"/" + site + "six-1.dist-info/METADATA":        "pip:six",
		"/" + site + "six-1.dist-info/RECORD":          "-",
		"/app/node_modules/ms/lib/x.js":                "npm:ms",
		"/app/node_modules/linked/package.json":        "npm:linked",
		"/usr/share/empty":                             "-",
		"/var/lib/dpkg/status":                         "-",
	} {
		if got := ownerOf(img, p); got != want {
			t.Errorf("%s is owned by %s, want %s", p, got, want)
		}
	}
	if p := find(img, "libx"); p.Version != "1" || p.Bytes != 4 || !slices.Equal(p.Files, []string{"/usr/lib/libx.so.1"}) {
		t.Errorf("libx: %+v", p)
	}
	six := find(img, "python3-six")
	want := []string{"/" + site + "__pycache__/six.cpython-311.pyc", "/" + site + "six.py", "/usr/share/gone"}
	if diff := cmp.Diff(want, six.Files); diff != "" || six.Bytes != 5 {
		t.Errorf("python3-six has %d bytes, files (-want +got):\n%s", six.Bytes, diff)
	}
	if n := img.CountPackages(); n[inventory.Dpkg] != 2 || n[inventory.Python] != 1 || n[inventory.Node] != 2 {
		t.Errorf("counts %v", n)
	}
}

func TestReadFiles(t *testing.T) {
	s := sourceOf(t, imageOf(t,
		[]item{file("a", "first"), file("a", "second"), hard("b", "a"), symlink("l", "dir/../b"), dir("dir"), file("big", strings.Repeat("x", 100))},
		[]item{wh(".", "a"), symlink("out", "../../../c"), file("c", "in")},
	))
	got, err := s.ReadFiles(context.Background(), []string{"/a", "/b", "/l", "/dir", "/big", "/out", "/nowhere"}, 99)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{"/b": []byte("second"), "/l": []byte("second"), "/out": []byte("in")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// alpine returns the mini root file system as a layer's archive.
func alpine(t testing.TB) []byte {
	t.Helper()
	const p = "../../../shared/alpine/alpine-minirootfs-3.19.4-x86_64.tar.gz"
	f, err := os.Open(p)
	if err != nil {
		t.Skipf("no Alpine root file system: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAlpine(t *testing.T) {
	img, err := mutate.AppendLayers(empty.Image, layerOf(t, alpine(t)))
	if err != nil {
		t.Fatal(err)
	}
	inv := inventoryOf(t, sourceOf(t, img))
	checkInvariants(t, inv)
	if n := inv.CountPackages()[inventory.Apk]; n != 15 {
		t.Errorf("%d packages, want 15", n)
	}
	if len(inv.Unknowns) > 0 {
		t.Errorf("unknowns: %v", inv.Unknowns)
	}
	for p, want := range map[string]string{
		"/bin/busybox": "apk:busybox", "/lib/ld-musl-x86_64.so.1": "apk:musl", "/etc/alpine-release": "-",
	} {
		if got := ownerOf(inv, p); got != want {
			t.Errorf("%s is owned by %s, want %s", p, got, want)
		}
	}
	busybox := inv.Tree.Find("/bin/busybox").ELF
	want := &inventory.ELF{
		Class: "64", Machine: "x86_64", Interp: "/lib/ld-musl-x86_64.so.1", Needed: []string{"libc.musl-x86_64.so.1"}, Executable: true,
	}
	if diff := cmp.Diff(want, busybox); diff != "" {
		t.Errorf("busybox (-want +got):\n%s", diff)
	}
	if p := find(inv, "apk-tools"); !p.Requested || p.Bytes == 0 {
		t.Errorf("apk-tools: requested %v, %d bytes", p.Requested, p.Bytes)
	}
	// Every program of a distribution finds its libraries.
	var all []string
	for i := range inv.Tree {
		if inv.Tree[i].ELF != nil {
			all = append(all, inv.Tree[i].Path)
		}
	}
	libs, missing := inv.Loader().Closure(all)
	if len(missing) > 0 || len(libs) < 4 {
		t.Errorf("%d libraries, missing %v", len(libs), missing)
	}
	owned := int64(0)
	for i := range inv.Packages {
		owned += inv.Packages[i].Bytes
	}
	if visible := inv.Sizes().Visible; owned < visible*9/10 || owned > visible {
		t.Errorf("packages own %d of %d bytes", owned, visible)
	}
}
