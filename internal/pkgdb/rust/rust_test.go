package rust

import (
	"bytes"
	"compress/zlib"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/internal/pkgdb/elfsection/elftest"
	"schlank/inventory"
)

// hello is the section of a program that `cargo auditable build` made.
func hello(t testing.TB) []byte {
	data, err := os.ReadFile("testdata/hello.dep-v0")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

func TestProgram(t *testing.T) {
	record, err := Extract(bytes.NewReader(elftest.File(section, hello(t))))
	if err != nil {
		t.Fatal(err)
	}
	got, unknowns := Parse(map[string][]byte{
		"/bin/hello": record,
		"/bin/lib":   []byte(`{"packages":[{"name":"a","version":"1","source":"git","dependencies":[7,-1,0]}]}`),
		"/bin/odd":   []byte(`{"packages":7}`),
	})
	crate := func(name, version string, depends ...string) inventory.Package {
		return inventory.Package{Type: inventory.Rust, Name: name, Version: version, Location: "/bin/hello", Inside: "/bin/hello", Depends: depends}
	}
	root := crate("hello", "0.1.0", "adler2", "serde")
	root.Inside, root.Files, root.Requested, root.Origin = "", []string{"/bin/hello"}, true, "local"
	want := []inventory.Package{
		crate("adler2", "2.0.1"), root, crate("serde", "1.0.229", "serde_core"), crate("serde_core", "1.0.229"),
		{Type: inventory.Rust, Name: "a", Version: "1", Origin: "git", Location: "/bin/lib", Inside: "/bin/lib", Depends: []string{"a"}},
		{Type: inventory.Rust, Name: "lib", Location: "/bin/lib", Requested: true, Files: []string{"/bin/lib"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 1 || unknowns[0].Path != "/bin/odd" || !strings.Contains(unknowns[0].Reason, "not understood") {
		t.Errorf("unknowns: %v", unknowns)
	}
}

func TestExtract(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"no zlib", []byte("rubbish"), "not understood"},
		{"cut off", hello(t)[:100], "not understood"},
		{"bomb", packed(strings.Repeat(" ", maxList+1)), "more than"},
	}
	for _, tt := range tests {
		got, err := Extract(bytes.NewReader(elftest.File(section, tt.content)))
		if got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
	if got, err := Extract(bytes.NewReader(elftest.File(".text", nil))); got != nil || err != nil {
		t.Errorf("another program: %q, %v", got, err)
	}
}

func FuzzProgram(f *testing.F) {
	f.Add(hello(f))
	f.Add(packed(`{"packages":[{"name":"a","dependencies":[0,9]},{"name":"b","root":true},{"root":true}]}`))
	f.Add(packed(`{"packages":[{"kind":"build","name":"a"}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		record, err := Extract(bytes.NewReader(elftest.File(section, content)))
		if err != nil {
			return
		}
		pkgs, _ := Parse(map[string][]byte{"/p": record})
		claims := 0
		for _, p := range pkgs {
			claims += len(p.Files)
			if p.Name == "" || (p.Inside == "") != (len(p.Files) == 1) || !slices.IsSorted(p.Depends) {
				t.Errorf("package %+v", p)
			}
		}
		if len(pkgs) > 0 && claims != 1 {
			t.Errorf("%d packages claim the program", claims)
		}
	})
}
