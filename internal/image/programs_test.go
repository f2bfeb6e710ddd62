package image

import (
	"os"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/internal/pkgdb/elfsection/elftest"
	"schlank/internal/pkgdb/golang"
	"schlank/inventory"
)

// TestPrograms: programs say what they are made of, and whose they are.
func TestPrograms(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this test's own program is no ELF file here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	gotool, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	crates, err := os.ReadFile("../pkgdb/rust/testdata/hello.dep-v0")
	if err != nil {
		t.Fatal(err)
	}
	hello := string(elftest.File(".dep-v0", crates))
	img := inventoryOf(t, sourceOf(t, imageOf(t, []item{
		file("app/server", string(gotool)), hard("app/again", "app/server"), file("app/hello", hello),
		file("usr/bin/packaged", hello), file("app/odd", string(elftest.File(".dep-v0", []byte("odd")))),
		file("var/lib/dpkg/status", "Package: packaged\nStatus: install ok installed\nVersion: 1\n"),
		file("var/lib/dpkg/info/packaged.list", "/usr/bin/packaged\n"),
	})))
	main := img.Tree.Find("/app/server").Owner
	if main < 0 || img.Packages[main].Bytes != int64(len(gotool)) || img.Packages[main].Type != inventory.Go {
		t.Fatalf("owner of /app/server is %d: %+v", main, img.Packages[max(main, 0)])
	}
	if again := img.Tree.Find("/app/again").Owner; again != main {
		t.Errorf("the hard link is owned by %d, the program by %d", again, main)
	}
	for p, want := range map[string]string{
		"/app/hello": "cargo:hello", "/usr/bin/packaged": "dpkg:packaged", "/app/odd": "-",
	} {
		if got := ownerOf(img, p); got != want {
			t.Errorf("%s is owned by %s, want %s", p, got, want)
		}
	}
	if len(img.Unknowns) != 1 || img.Unknowns[0].Path != "/app/odd" || img.Unknowns[0].Layer != 0 {
		t.Errorf("unknowns: %v", img.Unknowns)
	}
	if p := find(img, golang.Stdlib); p == nil || p.Inside != "/app/server" || p.Bytes != 0 {
		t.Errorf("standard library: %+v", p)
	}
	var claimed, programs int64
	for i := range img.Packages {
		claimed += img.Packages[i].Bytes
	}
	for _, f := range img.Tree.Under("/app") {
		if f.Owner >= 0 {
			programs += f.Size
		}
	}
	// /usr/bin/packaged is claimed by its package and by its crate.
	if want := programs + 2*int64(len(hello)); claimed != want {
		t.Errorf("packages claim %d bytes, want %d", claimed, want)
	}
}

// TestUnknownsHaveLayers: what is wrong with a package database is said of the
// layer that wrote it.
func TestUnknownsHaveLayers(t *testing.T) {
	img := inventoryOf(t, sourceOf(t, imageOf(t,
		[]item{file("app/node_modules/a/package.json", `{"name":"a","version":"1"}`), file("srv/a/composer/installed.json", "{")},
		[]item{file("app/node_modules/a/package.json", "{"), file("opt/x.jar", "no archive")},
	)))
	got := map[string]int{}
	for _, u := range img.Unknowns {
		got[u.Path] = u.Layer
	}
	want := map[string]int{"/srv/a/composer/installed.json": 0, "/app/node_modules/a/package.json": 1, "/opt/x.jar": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("layers of unknowns (-want +got):\n%s", diff)
	}
}
