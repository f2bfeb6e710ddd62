package dotnet

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// app is a record in the form that `dotnet publish` gives it.
const app = `{
  "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0/linux-x64", "signature": ""},
  "targets": {
    ".NETCoreApp,Version=v8.0": {},
    ".NETCoreApp,Version=v8.0/linux-x64": {
      "App/1.0.0": {"dependencies": {"Newtonsoft.Json": "13.0.3", "Own": "1.0.0"}, "runtime": {"App.dll": {}}},
      "Newtonsoft.Json/13.0.3": {"runtime": {"lib/net6.0/Newtonsoft.Json.dll": {"assemblyVersion": "13.0.0.0"}}},
      "SQLitePCLRaw.core/2.1.6": {
        "dependencies": {"System.Memory": "4.5.3"},
        "runtime": {"lib/netstandard2.0/SQLitePCLRaw.core.dll": {}},
        "native": {"runtimes/linux-x64/native/libe_sqlite3.so": {"fileVersion": "0.0.0.0"}},
        "runtimeTargets": {"runtimes/win-x64/native/e_sqlite3.dll": {"rid": "win-x64", "assetType": "native"}},
        "resources": {"lib/net6.0/de/Core.resources.dll": {"locale": "de"}}
      },
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.4": {"runtime": {"System.Runtime.dll": {}}},
      "Own/1.0.0": {"dependencies": {"SQLitePCLRaw.core": "2.1.6"}, "runtime": {"Own.dll": {}}}
    }
  },
  "libraries": {
    "App/1.0.0": {"type": "project", "serviceable": false, "sha512": ""},
    "Own/1.0.0": {"type": "project"},
    "Newtonsoft.Json/13.0.3": {"type": "package", "serviceable": true, "path": "newtonsoft.json/13.0.3"},
    "SQLitePCLRaw.core/2.1.6": {"type": "package"},
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.4": {"type": "runtimepack"},
    "nameless": {"type": "package"}
  }
}`

func treeOf(paths ...string) inventory.Tree {
	var t inventory.Tree
	for _, p := range paths {
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile}})
	}
	slices.SortFunc(t, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return t
}

func TestParse(t *testing.T) {
	tree := treeOf("/app/App.dll", "/app/Newtonsoft.Json.dll", "/app/SQLitePCLRaw.core.dll", "/app/libe_sqlite3.so", "/app/de/Core.resources.dll",
		"/app/runtimes/win-x64/native/e_sqlite3.dll", "/app/System.Runtime.dll", "/app/App.deps.json")
	pkg := func(name, version string, asked bool, depends []string, files ...string) inventory.Package {
		return inventory.Package{
			Type: inventory.DotNet, Name: name, Version: version, Location: "/app/App.deps.json", Requested: asked, Depends: depends, Files: files,
		}
	}
	want := []inventory.Package{
		pkg("Newtonsoft.Json", "13.0.3", true, nil, "/app/Newtonsoft.Json.dll"),
		pkg("SQLitePCLRaw.core", "2.1.6", true, []string{"System.Memory"}, "/app/SQLitePCLRaw.core.dll", "/app/de/Core.resources.dll",
			"/app/libe_sqlite3.so", "/app/runtimes/win-x64/native/e_sqlite3.dll"),
		pkg("Microsoft.NETCore.App.Runtime.linux-x64", "8.0.4", false, nil, "/app/System.Runtime.dll"),
	}
	got, unknowns := Parse(map[string][]byte{"/app/App.deps.json": []byte(app), "/app/bad.deps.json": []byte("["), "/app/x.json": []byte("[")}, tree)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 1 || unknowns[0].Path != "/app/bad.deps.json" {
		t.Errorf("unknowns: %v", unknowns)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(app))
	f.Add([]byte(`{"runtimeTarget":{"name":"x"},"targets":{"x":{"a/1":{"resources":{"../r.dll":{"locale":"../.."}},"runtimeTargets":{"../../etc/passwd":1}}}},"libraries":{"a/1":{"type":"package"}}}`))
	tree := treeOf("/app/r.dll", "/etc/passwd", "/r.dll")
	f.Fuzz(func(t *testing.T, record []byte) {
		pkgs, _ := Parse(map[string][]byte{"/app/a.deps.json": record}, tree)
		for _, p := range pkgs {
			if p.Name == "" || !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
				t.Errorf("package %+v", p)
			}
			for _, f := range p.Files {
				if !strings.HasPrefix(f, "/app/") {
					t.Errorf("claims %s", f)
				}
			}
		}
	})
}
