package rpm

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/internal/pkgdb/sqlitefile"
	"schlank/inventory"
)

// testdata holds databases with the packages of the spec files beside them:
// rpmdb.sqlite as rpm 4.18 made it, and Packages as Berkeley DB's db_load made
// it of the same headers.
func database(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".gz")
	if err != nil {
		t.Fatal(err)
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

// blobs are the headers in the SQLite database.
func blobs(t testing.TB) [][]byte {
	t.Helper()
	data := database(t, sqliteName)
	db, err := sqlitefile.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	err = db.Rows("Packages", func(_ int64, c []sqlitefile.Value) error {
		out = append(out, bytes.Clone(c[1].Data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ndb writes an NDB file: a page of slots, and the blobs behind it.
func ndb(blobs ...[]byte) []byte {
	le := binary.LittleEndian
	file := make([]byte, ndbPage)
	copy(file, ndbMagic)
	le.PutUint32(file[12:], 1)
	for i := ndbFirst * ndbSlot; i < ndbPage; i += ndbSlot {
		copy(file[i:], ndbSlotMagic)
	}
	for i, b := range blobs {
		slot := file[(ndbFirst+i)*ndbSlot:]
		le.PutUint32(slot[4:], uint32(i+1))
		le.PutUint32(slot[8:], uint32(len(file)/ndbBlock))
		head := make([]byte, ndbBlobHead)
		copy(head, ndbBlobMagic)
		le.PutUint32(head[4:], uint32(i+1))
		le.PutUint32(head[12:], uint32(len(b)))
		file = append(append(file, head...), b...)
		file = append(file, make([]byte, 12+ndbBlock-(len(file)+12)%ndbBlock)...)
	}
	return file
}

func TestForms(t *testing.T) {
	var share []string
	for i := 1; i <= 120; i++ {
		share = append(share, fmt.Sprintf("/usr/share/base/a-file-with-quite-a-long-name-number-%d", i))
	}
	files := append([]string{"/etc/base.conf", "/usr/bin/base", "/usr/bin/base-link", "/var/log/base.log"}, share...)
	slices.Sort(files)
	want := []inventory.Package{
		{
			Type: inventory.Rpm, Name: "base-files", Version: "2:1.0-1", Architecture: "noarch", Source: "base-files", Requested: true,
			Depends: []string{"/bin/sh", "config(base-files)"}, Provides: []string{"base-files", "config(base-files)"},
			Conffiles: []string{"/etc/base.conf"}, Files: files,
		},
		{
			Type: inventory.Rpm, Name: "base-files-devel", Version: "2:1.0-1", Architecture: "noarch", Source: "base-files", Requested: true,
			Depends: []string{"base-files", "compat-tool", "foo"}, Recommends: []string{"compat-tool"}, Provides: []string{"base(devel)", "base-files-devel"},
		},
		{
			Type: inventory.Rpm, Name: "compat-tool", Version: "3.4~rc1-2.el9", Architecture: "noarch", Source: "compat-tool", Requested: true,
			Depends: []string{"/usr/bin/base"}, Provides: []string{"compat-tool"}, Files: []string{"/usr/bin/tool", "/usr/lib/tool/with blank"},
		},
	}
	for p, data := range map[string][]byte{
		"/var/lib/rpm/rpmdb.sqlite":           database(t, sqliteName),
		"/var/lib/rpm/Packages":               database(t, bdbName),
		"/usr/lib/sysimage/rpm/Packages.db":   ndb(blobs(t)...),
		"/usr/share/rpm/rpmdb.sqlite":         database(t, sqliteName),
		"/usr/lib/sysimage/rpm/old//Packages": database(t, bdbName),
	} {
		if got := Wants(p); got == strings.Contains(p, "old") {
			t.Errorf("Wants(%q) = %v", p, got)
		}
		rec, err := Extract(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		got, unknowns := Parse(map[string][]byte{p: rec}, nil)
		slices.SortFunc(got, func(a, b inventory.Package) int { return strings.Compare(a.Name, b.Name) })
		for i := range got {
			if got[i].Location != p {
				t.Errorf("%s: location %s", p, got[i].Location)
			}
			got[i].Location = ""
			if len(got[i].Recommends) == 0 {
				got[i].Recommends = nil
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(unknowns) > 0 {
			t.Errorf("%s: unknowns %v, packages (-want +got):\n%s", p, unknowns, diff)
		}
	}
}

func TestUnknowns(t *testing.T) {
	good := database(t, sqliteName)
	rec, err := Extract(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	broken := ndb(blobs(t)[2], []byte("\x00\x00\x00\x01\x00\x00\x00\x00"), blobs(t)[1])
	partly, err := Extract(bytes.NewReader(broken), int64(len(broken)))
	if err != nil {
		t.Fatal(err)
	}
	tree := inventory.Tree{{Entry: &inventory.Entry{Path: "/var/lib/rpm/rpmdb.sqlite-wal", Kind: inventory.KindFile, Size: 1}}}
	pkgs, unknowns := Parse(map[string][]byte{
		"/var/lib/rpm/rpmdb.sqlite": rec, "/var/lib/rpm/Packages": rec, "/usr/lib/sysimage/rpm/Packages.db": partly,
	}, tree)
	if len(pkgs) != 5 {
		t.Errorf("%d packages, want 5", len(pkgs))
	}
	var got []string
	for _, u := range unknowns {
		got = append(got, u.Path+": "+u.Reason)
	}
	want := []string{
		"/usr/lib/sysimage/rpm/Packages.db: header of a package not understood",
		"/var/lib/rpm/Packages: older form of /var/lib/rpm/rpmdb.sqlite, which is read instead",
		"/var/lib/rpm/rpmdb.sqlite-wal: latest changes to the RPM database are not read: it was not closed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func TestBroken(t *testing.T) {
	bdbFile, sqlite := database(t, bdbName), database(t, sqliteName)
	encrypted := bytes.Clone(bdbFile)
	encrypted[24] = 1
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"text":          {[]byte("this is a text and no database at all"), "not an RPM database"},
		"encrypted":     {encrypted, "encrypted Berkeley DB"},
		"cut off":       {sqlite[:6000], "not understood"},
		"NDB of a page": {append([]byte(ndbMagic), make([]byte, 100)...), "broken NDB"},
	} {
		_, err := Extract(bytes.NewReader(tt.data), int64(len(tt.data)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if rec, err := Extract(bytes.NewReader(nil), 0); rec != nil || err != nil {
		t.Errorf("empty: %q, %v", rec, err)
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{"bash-5.1.8-9.el9.src.rpm": "bash", "a-b-1-2.src.rpm": "a-b", "": "", "x-1": ""} {
		if got := sourceName(in); got != want {
			t.Errorf("source of %q is %q, want %q", in, got, want)
		}
	}
	got := capabilities([]string{"rpmlib(X)", "libc.so.6()(64bit)", "((a >= 1 or python3dist(b)) if c)", "/bin/sh", "/bin/sh"})
	if want := []string{"/bin/sh", "a", "c", "libc.so.6()(64bit)", "python3dist(b)"}; !slices.Equal(got, want) {
		t.Errorf("capabilities %v, want %v", got, want)
	}
}

func check(t *testing.T, data []byte) {
	rec, err := Extract(bytes.NewReader(data), int64(len(data)))
	if err != nil || rec == nil {
		return
	}
	pkgs, _ := Parse(map[string][]byte{"/var/lib/rpm/Packages": rec}, nil)
	for _, p := range pkgs {
		if p.Name == "" || p.Version == "" || !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
			t.Errorf("package %+v", p)
		}
		for _, f := range p.Files {
			if !strings.HasPrefix(f, "/") || strings.Contains(f+"/", "/../") {
				t.Errorf("path %q is not absolute and clean", f)
			}
		}
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(database(f, bdbName))
	f.Add(ndb(blobs(f)[2]))
	f.Fuzz(check)
}

func FuzzHeader(f *testing.F) {
	for _, b := range blobs(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, blob []byte) { check(t, ndb(blob)) })
}
