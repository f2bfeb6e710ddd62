package node

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// treeOf makes a tree; names that end in a slash are directories.
func treeOf(paths ...string) inventory.Tree {
	var t inventory.Tree
	for _, p := range paths {
		kind := inventory.KindFile
		if strings.HasSuffix(p, "/") {
			kind = inventory.KindDir
		}
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: strings.TrimSuffix(p, "/"), Kind: kind}})
	}
	slices.SortFunc(t, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return t
}

func TestParse(t *testing.T) {
	files := map[string][]byte{
		"/app/package.json":                                      []byte(`{"dependencies":{"express":"^4"},"devDependencies":{"@types/node":"*"}}`),
		"/app/node_modules/express/package.json":                 []byte(`{"name":"express","version":"4.18.2","dependencies":{"ms":"1"},"optionalDependencies":{"fsevents":"2"}}`),
		"/app/node_modules/express/node_modules/ms/package.json": []byte(`{"name":"ms","version":"1.0.0","dependencies":["odd"]}`),
		"/app/node_modules/@types/node/package.json":             []byte(`{"name":"@types/node","version":"20.0.0"}`),
		"/app/node_modules/ms/package.json":                      []byte(`{"name":"ms","version":"2.0.0"}`),
		"/app/node_modules/odd/package.json":                     []byte(`{"name":7}`),
		"/app/node_modules/bad/package.json":                     []byte(`{`),
		"/usr/local/lib/node_modules/npm/package.json":           []byte(`{"name":"npm","version":"10"}`),
	}
	tree := treeOf("/app/node_modules/express/", "/app/node_modules/express/index.js", "/app/node_modules/express/node_modules/",
		"/app/node_modules/express/node_modules/ms/index.js", "/app/node_modules/express/package.json", "/app/node_modules/ms/x.js", "/app/x.js")
	n := inventory.Node
	want := []inventory.Package{
		{Type: n, Name: "@types/node", Version: "20.0.0", Location: "/app/node_modules/@types/node", Requested: true},
		{Type: n, Name: "ms", Version: "1.0.0", Location: "/app/node_modules/express/node_modules/ms", Files: []string{"/app/node_modules/express/node_modules/ms/index.js"}},
		{
			Type: n, Name: "express", Version: "4.18.2", Location: "/app/node_modules/express", Requested: true, Depends: []string{"fsevents", "ms"},
			Files: []string{"/app/node_modules/express/index.js", "/app/node_modules/express/package.json"},
		},
		{Type: n, Name: "ms", Version: "2.0.0", Location: "/app/node_modules/ms", Files: []string{"/app/node_modules/ms/x.js"}},
		{Type: n, Name: "odd", Location: "/app/node_modules/odd"},
		{Type: n, Name: "npm", Version: "10", Location: "/usr/local/lib/node_modules/npm", Requested: true},
	}
	got, unknowns := Parse(files, nil, tree)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	wantUnknowns := []inventory.Unknown{
		{Layer: -1, Path: "/app/node_modules/bad/package.json", Reason: "not understood: unexpected end of JSON input"},
		{Layer: -1, Path: "/app/node_modules/odd/package.json", Reason: "package without name or version"},
	}
	if diff := cmp.Diff(wantUnknowns, unknowns); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func TestWants(t *testing.T) {
	for p, want := range map[string]bool{
		"/app/package.json": true, "/package.json": true,
		"/a/node_modules/x/package.json": true, "/a/node_modules/@s/x/package.json": true,
		"/a/node_modules/x/dist/package.json": false, "/a/node_modules/@s/package.json": false,
		"/a/node_modules/package.json": false, "/a/node_modules/x/node_modules/y/package.json": true,
		"/a/node_modules/x/index.js": false,
	} {
		if got := Wants(p); got != want {
			t.Errorf("Wants(%q) = %v", p, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"name":"a","version":"1","dependencies":{"b":"1"}}`), []byte(`{"dependencies":{"a":"*"}}`))
	f.Add([]byte(`{"name":{},"version":[],"dependencies":7}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, pkg, project []byte) {
		pkgs, unknowns := Parse(map[string][]byte{"/p/node_modules/a/package.json": pkg, "/p/package.json": project}, nil, nil)
		if len(pkgs) == 0 && len(unknowns) == 0 {
			t.Error("a package vanished without a word")
		}
		for _, p := range pkgs {
			if p.Name == "" || !slices.IsSorted(p.Depends) {
				t.Errorf("nameless or unsorted: %+v", p)
			}
		}
	})
}
