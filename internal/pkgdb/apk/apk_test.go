package apk

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

const installed = `C:Q1abc=
P:musl
V:1.2.4-r2
A:x86_64
S:1
I:2
T:the musl c library
o:musl
D:!uclibc so:libx.so.1>=2 /bin/sh
p:so:libc.musl-x86_64.so.1=1 cmd:ldd=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1x=
R:libc.musl-x86_64.so.1
F:
R:top

P:.build-deps
V:20260101
D:gcc~12 make@edge
`

func TestParse(t *testing.T) {
	got, unknowns := Parse(map[string][]byte{
		InstalledFile: []byte(installed + "\nrubbish\nP:noversion\n"),
		WorldFile:     []byte(".build-deps=20260101\n!conflict\nother@edge\n"),
	})
	want := []inventory.Package{
		{
			Type: inventory.Apk, Name: "musl", Version: "1.2.4-r2", Architecture: "x86_64", Source: "musl", Location: InstalledFile,
			Depends: []string{"/bin/sh", "so:libx.so.1"}, Provides: []string{"cmd:ldd", "so:libc.musl-x86_64.so.1"},
			Files: []string{"/lib/ld-musl-x86_64.so.1", "/lib/libc.musl-x86_64.so.1", "/top"},
		},
		{
			Type: inventory.Apk, Name: ".build-deps", Version: "20260101", Source: ".build-deps", Location: InstalledFile,
			Depends: []string{"gcc", "make"}, Requested: true,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	wantUnknowns := []inventory.Unknown{
		{Layer: -1, Path: InstalledFile, Reason: "line 23: no field"},
		{Layer: -1, Path: InstalledFile, Reason: "line 24: record without name or version"},
	}
	if diff := cmp.Diff(wantUnknowns, unknowns); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(installed), []byte(".build-deps=1 x@y"))
	f.Add([]byte("P:\nF:../..\nR:../x\n"), []byte("!"))
	f.Fuzz(func(t *testing.T, db, world []byte) {
		pkgs, _ := Parse(map[string][]byte{InstalledFile: db, InstalledFileMerged: db, WorldFile: world})
		for _, p := range pkgs {
			if p.Name == "" || p.Version == "" {
				t.Errorf("nameless package: %+v", p)
			}
			if !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) || !slices.IsSorted(p.Provides) {
				t.Errorf("unsorted: %+v", p)
			}
			for _, f := range p.Files {
				if !strings.HasPrefix(f, "/") || strings.Contains(f+"/", "/../") {
					t.Errorf("path %q is not absolute and clean", f)
				}
			}
		}
	})
}
