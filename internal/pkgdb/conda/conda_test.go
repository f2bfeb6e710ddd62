package conda

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

const (
	python = `{"build":"h955ad1f_0","name":"python","version":"3.11.4","subdir":"linux-64","channel":"https://conda.anaconda.org/conda-forge/linux-64",
"depends":["libgcc-ng >=12","openssl >=3.1.1,<4.0a0","conda-forge::tzdata"],"files":["bin/python3.11","lib/libpython3.11.so.1.0"],"requested_spec":"None"}`
	numpy = `{"name":"numpy","version":"1.26.0","files":["lib/python3.11/site-packages/numpy/__init__.py","../../../etc/passwd"],"requested_specs":["numpy"]}`
)

func TestParse(t *testing.T) {
	const dir = "/opt/conda/conda-meta"
	files := map[string][]byte{
		dir + "/python-3.11.4-h955ad1f_0.json": []byte(python), dir + "/numpy-1.26.0-py311.json": []byte(numpy),
		dir + "/broken.json": []byte("{"), dir + "/nameless.json": []byte("{}"),
		dir + "/history": []byte("==> 2026-01-01 <==\n# cmd: conda create\n# conda version: 23\n+defaults::python\n" +
			"# update specs: ['python[version=\">=3.9,<4\"]', \"zlib\"]\n# remove specs: ['zlib']\n"),
	}
	want := []inventory.Package{
		{
			Type: inventory.Conda, Name: "numpy", Version: "1.26.0", Location: dir + "/numpy-1.26.0-py311.json", Requested: true,
			Files: []string{dir + "/numpy-1.26.0-py311.json", "/opt/conda/etc/passwd", "/opt/conda/lib/python3.11/site-packages/numpy/__init__.py"},
		},
		{
			Type: inventory.Conda, Name: "python", Version: "3.11.4", Architecture: "linux-64", Location: dir + "/python-3.11.4-h955ad1f_0.json", Requested: true,
			Depends: []string{"libgcc-ng", "openssl", "tzdata"},
			Files:   []string{"/opt/conda/bin/python3.11", dir + "/python-3.11.4-h955ad1f_0.json", "/opt/conda/lib/libpython3.11.so.1.0"},
		},
	}
	got, unknowns := Parse(files)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 2 || unknowns[0].Path != dir+"/broken.json" || unknowns[1].Path != dir+"/nameless.json" {
		t.Errorf("unknowns: %v", unknowns)
	}
	if got := requests(string(files[dir+"/history"])); got["zlib"] || !got["python"] {
		t.Errorf("requests %v", got)
	}
	if Wants("/opt/conda/x.json") || Wants(dir+"/x.txt") || !Wants(dir+"/history") {
		t.Error("Wants is wrong")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(python), []byte("# update specs: [\"python=3.11\"]\n"))
	f.Add([]byte(numpy), []byte("# install specs: ['a::b[c=\"d,e\"]']\n"))
	f.Fuzz(func(t *testing.T, record, history []byte) {
		pkgs, unknowns := Parse(map[string][]byte{"/c/conda-meta/a.json": record, "/c/conda-meta/history": history})
		if len(pkgs)+len(unknowns) != 1 {
			t.Errorf("%d packages, %d unknowns", len(pkgs), len(unknowns))
		}
		for _, p := range pkgs {
			if p.Name == "" || !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
				t.Errorf("package %+v", p)
			}
			for _, f := range p.Files {
				if !strings.HasPrefix(f, "/c") || strings.Contains(f+"/", "/../") {
					t.Errorf("claims %q", f)
				}
			}
		}
	})
}
