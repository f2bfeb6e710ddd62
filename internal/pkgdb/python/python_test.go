package python

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

const site = "/usr/lib/python3/site-packages"

const djangoMetadata = `Metadata-Version: 2.1
Name: Django
Version: 4.2.1
Summary: A high-level
  folded: text
Requires-Dist: asgiref (<4,>=3.6.0)
Requires-Dist: Sql_Parse>=0.3 ; python_version < "3.12"
Requires-Dist: argon2-cffi ; extra == 'argon2'
Requires-Dist: bcrypt; (python_version>"3") and extra=="bcrypt"
Requires-Dist: zope.interface[test]>=1

Name: not a header any more
`

func TestParse(t *testing.T) {
	files := map[string][]byte{
		site + "/Django-4.2.1.dist-info/METADATA":        []byte(djangoMetadata),
		site + "/Django-4.2.1.dist-info/REQUESTED":       nil,
		site + "/Django-4.2.1.dist-info/RECORD":          []byte("../../../bin/django-admin,sha256=x,1\r\n\"django/a,b.py\",,\n/abs/x,,\n,,\n"),
		site + "/Django-4.2.1.dist-info/direct_url.json": []byte(`{"url":"file:///src"}`),
		site + "/broken-1.0.dist-info/METADATA":          []byte("Summary: only\n"),
		site + "/lost-1.0.dist-info/RECORD":              []byte("x,,\n"),
		site + "/old-1.egg-info":                         []byte("Name: old\nVersion: 1\n"),
		site + "/dir.egg-info/PKG-INFO":                  []byte("Name: dir\nVersion: 2\n"),
		site + "/dir.egg-info/installed-files.txt":       []byte("../dir/__init__.py\n../dir/__init__.py\nPKG-INFO\n"),
		site + "/dir.egg-info/requires.txt":              []byte("six\n\n[:python_version<'3']\nEnum34\n\n[test]\npytest\n"),
		site + "/e-1-py3.egg/EGG-INFO/PKG-INFO":          []byte("Name: e\nVersion: 1\n"),
		site + "/mine.egg-link":                          []byte("/src/mine\n."),
		site + "/gone.egg-link":                          []byte("/src/gone\n."),
		"/src/mine/mine.egg-info/PKG-INFO":               []byte("Name: mine\nVersion: 3\n"),
	}
	tree := inventory.Tree{
		{Entry: &inventory.Entry{Path: site + "/e-1-py3.egg", Kind: inventory.KindDir}},
		{Entry: &inventory.Entry{Path: site + "/e-1-py3.egg/e.py", Kind: inventory.KindFile}},
		{Entry: &inventory.Entry{Path: site + "/f.py", Kind: inventory.KindFile}},
	}
	want := []inventory.Package{
		{
			Type: inventory.Python, Name: "mine", Version: "3", Provides: []string{"mine"}, Location: "/src/mine/mine.egg-info",
			Origin: "file:///src/mine", Files: []string{site + "/mine.egg-link"},
		},
		{
			Type: inventory.Python, Name: "Django", Version: "4.2.1", Requested: true, Origin: "file:///src",
			Depends: []string{"asgiref", "sql-parse", "zope-interface"}, Provides: []string{"django"}, Location: site + "/Django-4.2.1.dist-info",
			Files: []string{"/abs/x", "/usr/bin/django-admin", site + "/django/a,b.py"},
		},
		{Type: inventory.Python, Name: "broken", Version: "1.0", Provides: []string{"broken"}, Location: site + "/broken-1.0.dist-info"},
		{
			Type: inventory.Python, Name: "dir", Version: "2", Depends: []string{"enum34", "six"}, Provides: []string{"dir"}, Location: site + "/dir.egg-info",
			Files: []string{site + "/dir.egg-info/PKG-INFO", site + "/dir/__init__.py"},
		},
		{Type: inventory.Python, Name: "e", Version: "1", Provides: []string{"e"}, Location: site + "/e-1-py3.egg", Files: []string{site + "/e-1-py3.egg/e.py"}},
		{Type: inventory.Python, Name: "old", Version: "1", Provides: []string{"old"}, Location: site + "/old-1.egg-info"},
	}
	for p := range files {
		if !Wants(p) {
			t.Errorf("Wants(%q) = false", p)
		}
	}
	got, unknowns := Parse(files, tree)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	wantUnknowns := []inventory.Unknown{
		{Layer: -1, Path: site + "/Django-4.2.1.dist-info/RECORD", Reason: "line 4: no path"},
		{Layer: -1, Path: site + "/broken-1.0.dist-info/METADATA", Reason: "metadata without name or version; the directory's name is used"},
		{Layer: -1, Path: site + "/lost-1.0.dist-info", Reason: "RECORD without METADATA"},
		{Layer: -1, Path: site + "/gone.egg-link", Reason: "link to /src/gone, where no metadata is"},
	}
	if diff := cmp.Diff(wantUnknowns, unknowns); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func TestNormalName(t *testing.T) {
	for in, want := range map[string]string{"Zope.Interface": "zope-interface", "a__b-.c": "a-b-c", "": "", "_x_": "x"} {
		if got := NormalName(in); got != want {
			t.Errorf("NormalName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(djangoMetadata), []byte("../../../bin/x,,\n\"a,b\"\n"), []byte(`{"url":1}`), []byte("a\n[b]\nc"))
	f.Add([]byte("Name:\nVersion:"), []byte("\"\n,"), []byte("{"), []byte("["))
	f.Fuzz(func(t *testing.T, metadata, record, direct, requires []byte) {
		pkgs, _ := Parse(map[string][]byte{
			"/s/a-1.dist-info/METADATA":         metadata,
			"/s/a-1.dist-info/RECORD":           record,
			"/s/a-1.dist-info/direct_url.json":  direct,
			"/s/b.egg-info/PKG-INFO":            metadata,
			"/s/b.egg-info/requires.txt":        requires,
			"/s/b.egg-info/installed-files.txt": record,
			"/s/b.egg-link":                     requires,
		}, nil)
		for _, p := range pkgs {
			if p.Name == "" || !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
				t.Errorf("nameless or unsorted: %+v", p)
			}
			for _, f := range p.Files {
				if !strings.HasPrefix(f, "/") || strings.Contains(f+"/", "/../") {
					t.Errorf("path %q is not absolute and clean", f)
				}
			}
			for _, d := range p.Depends {
				if d == "" || NormalName(d) != d {
					t.Errorf("dependency %q is not in normal form", d)
				}
			}
		}
	})
}
