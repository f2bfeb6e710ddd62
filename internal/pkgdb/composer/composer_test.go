package composer

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// read returns what Composer 2.5 wrote for the project beside it.
func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func treeOf(paths ...string) inventory.Tree {
	var t inventory.Tree
	for _, p := range paths {
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile}})
	}
	slices.SortFunc(t, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return t
}

func TestParse(t *testing.T) {
	tree := treeOf("/app/vendor/acme/http/bin/http", "/app/vendor/acme/http/src/H.php", "/app/vendor/acme/http-x/y", "/app/vendor/acme/log/Log.php",
		"/app/vendor/acme/tests/T.php", "/app/vendor/autoload.php", "/app/vendor/bin/http", "/app/vendor/composer/installed.json", "/old/vendor/a/b/x.php", "/etc/passwd")
	files := map[string][]byte{
		"/app/vendor/composer/installed.json":    read(t, "installed.json"),
		"/app/composer.json":                     read(t, "composer.json"),
		"/app/vendor/acme/http/composer.json":    []byte(`{"require":{"acme/log":"*"}}`),
		"/old/vendor/composer/installed.json":    []byte(`[{"name":"a/b","version":"1","require":[]},{"name":"../../etc","version":"1"},{"name":"all/of-it","version":"1","install-path":".."},{"version":"2"}]`),
		"/broken/vendor/composer/installed.json": []byte(`{"packages":7}`),
	}
	pkg := func(record, name, version string, requested bool, depends []string, claims ...string) inventory.Package {
		return inventory.Package{
			Type: inventory.Composer, Name: name, Version: version, Location: record, Requested: requested, Depends: depends, Files: claims,
		}
	}
	const app, old = "/app/vendor/composer/installed.json", "/old/vendor/composer/installed.json"
	want := []inventory.Package{
		pkg(app, "acme/http", "v2.0.1", true, []string{"acme/log"}, "/app/vendor/acme/http/bin/http", "/app/vendor/acme/http/src/H.php", "/app/vendor/bin/http"),
		pkg(app, "acme/log", "1.2.0", false, nil, "/app/vendor/acme/log/Log.php"),
		pkg(app, "acme/tests", "0.1.0", true, nil, "/app/vendor/acme/tests/T.php"),
		pkg(old, "a/b", "1", true, nil, "/old/vendor/a/b/x.php"),
		pkg(old, "../../etc", "1", true, nil),
		pkg(old, "all/of-it", "1", true, nil),
	}
	got, unknowns := Parse(files, tree)
	for i := range got {
		if len(got[i].Depends) == 0 {
			got[i].Depends = nil
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	var reasons []string
	for _, u := range unknowns {
		reasons = append(reasons, u.Path+": "+u.Reason[:14])
	}
	if diff := cmp.Diff([]string{"/broken/vendor/composer/installed.json: not understood", old + ": package withou"}, reasons); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func TestWants(t *testing.T) {
	for p, want := range map[string]bool{
		"/app/vendor/composer/installed.json": true, "/app/composer.json": true, "/app/vendor/a/b/composer.json": false, "/app/installed.json": false,
	} {
		if got := Wants(p); got != want {
			t.Errorf("Wants(%q) = %v", p, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(read(f, "installed.json"), read(f, "composer.json"))
	f.Add([]byte(`[{"name":"a/b","install-path":"../../../.."}]`), []byte(`[]`))
	tree := treeOf("/a/vendor/a/b/x", "/etc/passwd")
	f.Fuzz(func(t *testing.T, record, project []byte) {
		pkgs, _ := Parse(map[string][]byte{"/a/vendor/composer/installed.json": record, "/a/composer.json": project}, tree)
		for _, p := range pkgs {
			if p.Name == "" || !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
				t.Errorf("package %+v", p)
			}
			for _, d := range p.Depends {
				if !strings.Contains(d, "/") {
					t.Errorf("depends on %q", d)
				}
			}
		}
	})
}
