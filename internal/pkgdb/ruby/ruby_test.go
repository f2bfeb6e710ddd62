package ruby

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// read returns a specification that RubyGems wrote for Debian.
func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// treeOf makes a tree of files and of the directories they are in.
func treeOf(paths ...string) inventory.Tree {
	kinds := map[string]inventory.Kind{}
	for _, p := range paths {
		kinds[p] = inventory.KindFile
		for d := path.Dir(p); d != "/"; d = path.Dir(d) {
			kinds[d] = inventory.KindDir
		}
	}
	var t inventory.Tree
	for p, k := range kinds {
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: p, Kind: k}})
	}
	slices.SortFunc(t, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return t
}

const native = `# stub: nokogiri 1.16.0 x86_64-linux lib
Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.16.0"
  s.platform = "x86_64-linux".freeze
  s.executables = ["nokogiri".freeze]
  s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
  s.add_dependency(%q<mini_portile2>, [">= 2"])
  s.add_development_dependency(%q<rdoc>.freeze, [">= 0"])
end
`

func TestParse(t *testing.T) {
	const home, debian = "/usr/local/bundle", "/usr/share/rubygems-integration/all"
	files := map[string][]byte{
		debian + "/specifications/rack-2.2.22.gemspec":                read(t, "rack-2.2.22.gemspec"),
		home + "/specifications/json-2.6.3.gemspec":                   read(t, "json-2.6.3.gemspec"),
		home + "/specifications/nokogiri-1.16.0-x86_64-linux.gemspec": []byte(native),
		home + "/specifications/default/racc-1.7.gemspec":             []byte("  s.name = \"racc\"\n  s.version = \"1.7\"\n"),
		home + "/specifications/odd.gemspec":                          []byte("  s.name = name\n"),
	}
	tree := treeOf(
		home+"/gems/json-2.6.3/lib/json.rb", home+"/gems/json-2.6.3.1/lib/json.rb", home+"/gems/nokogiri-1.16.0-x86_64-linux/x.so",
		home+"/cache/json-2.6.3.gem", home+"/bin/nokogiri", home+"/bin/other",
		home+"/extensions/x86_64-linux/3.1.0/json-2.6.3/parser.so", home+"/extensions/x86_64-linux/3.1.0/other/json-2.6.3/x",
		debian+"/gems/rack-2.2.22/bin/rackup",
	)
	r := inventory.Ruby
	want := []inventory.Package{
		{
			Type: r, Name: "racc", Version: "1.7", Location: home + "/specifications/default/racc-1.7.gemspec",
			Files: []string{home + "/specifications/default/racc-1.7.gemspec"},
		},
		{
			Type: r, Name: "json", Version: "2.6.3", Location: home + "/specifications/json-2.6.3.gemspec", Requested: true,
			Files: []string{
				home + "/cache/json-2.6.3.gem", home + "/extensions/x86_64-linux/3.1.0/json-2.6.3/parser.so",
				home + "/gems/json-2.6.3/lib/json.rb", home + "/specifications/json-2.6.3.gemspec",
			},
		},
		{
			Type: r, Name: "nokogiri", Version: "1.16.0", Architecture: "x86_64-linux", Requested: true, Depends: []string{"mini_portile2", "racc"},
			Location: home + "/specifications/nokogiri-1.16.0-x86_64-linux.gemspec",
			Files: []string{
				home + "/bin/nokogiri", home + "/gems/nokogiri-1.16.0-x86_64-linux/x.so",
				home + "/specifications/nokogiri-1.16.0-x86_64-linux.gemspec",
			},
		},
		{
			Type: r, Name: "rack", Version: "2.2.22", Location: debian + "/specifications/rack-2.2.22.gemspec", Requested: true,
			Files: []string{debian + "/gems/rack-2.2.22/bin/rackup", debian + "/specifications/rack-2.2.22.gemspec"},
		},
	}
	got, unknowns := Parse(files, tree)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 1 || unknowns[0].Path != home+"/specifications/odd.gemspec" {
		t.Errorf("unknowns: %v", unknowns)
	}
}

func TestBundler(t *testing.T) {
	const home = "/usr/local/bundle"
	files := map[string][]byte{
		home + "/specifications/json-2.6.3.gemspec":    read(t, "json-2.6.3.gemspec"),
		home + "/specifications/rack-2.2.22.gemspec":   read(t, "rack-2.2.22.gemspec"),
		"/app/Gemfile.lock":                            []byte("GEM\n  specs:\n    json (2.6.3)\n    rack (2.2)\n\nDEPENDENCIES\n  rack (~> 2.2)\n  own!\n\nBUNDLED WITH\n   json\n"),
		home + "/gems/json-2.6.3/Gemfile.lock":         []byte("DEPENDENCIES\n  json\n"),
		home + "/gems/json-2.6.3/json.gemspec":         []byte("rubbish"),
		home + "/gems/x/specifications/x/json.gemspec": nil,
	}
	pkgs, unknowns := Parse(files, nil)
	var got []string
	for _, p := range pkgs {
		if p.Requested {
			got = append(got, p.Name)
		}
	}
	if diff := cmp.Diff([]string{"rack"}, got); diff != "" || len(pkgs) != 2 || len(unknowns) > 0 {
		t.Errorf("unknowns %v, asked for (-want +got):\n%s", unknowns, diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(read(f, "rack-2.2.22.gemspec"), []byte("DEPENDENCIES\n  rack\n"))
	f.Add([]byte(native), []byte("DEPENDENCIES\n  !\n"))
	f.Add([]byte("  s.name = \"../../etc\"\n  s.version = \"..\"\n"), []byte(nil))
	tree := treeOf("/h/gems/a-1/x", "/etc/passwd")
	f.Fuzz(func(t *testing.T, spec, lock []byte) {
		const p = "/h/specifications/a-1.gemspec"
		pkgs, unknowns := Parse(map[string][]byte{p: spec, "/app/Gemfile.lock": lock}, tree)
		if len(pkgs)+len(unknowns) != 1 {
			t.Errorf("%d packages, %d unknowns", len(pkgs), len(unknowns))
		}
		for _, pkg := range pkgs {
			if pkg.Name == "" || !slices.IsSorted(pkg.Files) || !slices.IsSorted(pkg.Depends) {
				t.Errorf("package %+v", pkg)
			}
			for _, f := range pkg.Files {
				if !strings.HasPrefix(f, "/h/") {
					t.Errorf("claims %s", f)
				}
			}
		}
	})
}
