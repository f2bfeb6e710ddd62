package evidence

import (
	"io/fs"
	"path"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// img builds an inventory: layer 0 is the base, 1 installs packages, 2 is the
// project's own.
type img struct {
	inventory.Image
	text map[string]string
}

func (m *img) file(layer int, p string, change ...func(*inventory.File)) *img {
	f := inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile, Size: 10, Mode: 0o644, Digest: inventory.DigestOf(p)}, Layer: layer, Owner: -1}
	for _, c := range change {
		c(&f)
	}
	m.Tree = append(m.Tree, f)
	return m
}

func (m *img) pkg(name, section string, depends ...string) *img {
	m.Packages = append(m.Packages, inventory.Package{Type: inventory.Dpkg, Name: name, Section: section, Depends: depends, Bytes: 100})
	return m
}

// own makes the last package the owner of a file.
func (m *img) own(f *inventory.File) {
	f.Owner = len(m.Packages) - 1
	m.Packages[f.Owner].Files = append(m.Packages[f.Owner].Files, f.Path)
}

func elf(soname string, needed ...string) func(*inventory.File) {
	return func(f *inventory.File) {
		f.Mode = 0o755
		f.ELF = &inventory.ELF{Class: "64", Machine: "x86_64", Soname: soname, Needed: needed}
	}
}

func (m *img) script(body string) func(*inventory.File) {
	return func(f *inventory.File) {
		f.Mode = 0o755
		m.text[f.Path] = body
	}
}

func dir(mode fs.FileMode, uid int) func(*inventory.File) {
	return func(f *inventory.File) {
		f.Kind, f.Size, f.Mode, f.UID, f.Digest = inventory.KindDir, 0, fs.ModeDir|mode, uid, inventory.Digest{}
	}
}

func link(to string) func(*inventory.File) {
	return func(f *inventory.File) { f.Kind, f.Size, f.Link = inventory.KindSymlink, 0, to }
}

func (m *img) done() *inventory.Image {
	have := map[string]bool{}
	for _, f := range m.Tree {
		have[f.Path] = true
	}
	for _, f := range m.Tree {
		for d := path.Dir(f.Path); d != "/"; d = path.Dir(d) {
			if !have[d] {
				have[d] = true
				m.Tree = append(m.Tree, inventory.File{Entry: &inventory.Entry{Path: d, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: f.Layer, Owner: -1})
			}
		}
	}
	sort.Slice(m.Tree, func(i, j int) bool { return inventory.ComparePaths(m.Tree[i].Path, m.Tree[j].Path) < 0 })
	return &m.Image
}

// base is what both images have.
func base() *img {
	m := &img{text: map[string]string{}}
	m.pkg("libc6", "libs").file(0, "/usr/lib/x86_64-linux-gnu/libc.so.6", elf("libc.so.6"), m.own)
	m.pkg("dash", "shells").file(0, "/usr/bin/sh", elf("", "libc.so.6"), m.own)
	m.file(0, "/srv", dir(0o755, 0)).file(0, "/usr/local/lib", dir(0o755, 0)).file(0, "/var/log", dir(0o755, 0)).file(0, "/var/cache", dir(0o755, 0))
	m.file(0, "/etc/motd").file(0, "/run", dir(0o755, 0)).file(0, "/opt", dir(0o755, 0))
	m.file(0, "/root", dir(0o700, 0)).file(0, "/usr/lib/python3", dir(0o755, 0))
	return m
}

// collect runs Collect over an image.
func collect(t *testing.T, m *img, change func(*Input)) *Result {
	t.Helper()
	in := Input{
		Image: m.done(), BaseLayers: 1, PackageLayers: map[int]bool{1: true}, Slim: base().done(), Asked: map[string]string{},
		Read: func(paths []string, limit int64) (map[string][]byte, error) {
			out := map[string][]byte{}
			for _, p := range paths {
				if b, ok := m.text[p]; ok && int64(len(b)) <= limit {
					out[p] = []byte(b)
				}
			}
			return out, nil
		},
	}
	if change != nil {
		change(&in)
	}
	r, err := Collect(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func paths(files []*inventory.File) string {
	var list []string
	for _, f := range files {
		list = append(list, f.Path)
	}
	return strings.Join(list, " ")
}

func needs(r *Result) string {
	var list []string
	for _, n := range r.Packages {
		list = append(list, n.Name+": "+strings.Join(n.Reasons, "; "))
	}
	return strings.Join(list, "\n")
}

func TestArtefacts(t *testing.T) {
	for name, c := range map[string]struct {
		change        func(*img)
		want, changed string
	}{
		"own file":                 {func(m *img) { m.file(2, "/opt/app/x") }, "/opt/app /opt/app/x", ""},
		"base file":                {func(m *img) { m.file(0, "/opt/base") }, "", ""},
		"of a package layer":       {func(m *img) { m.file(1, "/etc/made-by-postinst") }, "", ""},
		"the slim base has it":     {func(m *img) { m.file(2, "/etc/motd") }, "", ""},
		"left-overs":               {func(m *img) { m.file(2, "/tmp/x").file(2, "/var/log/build.log").file(2, "/root/.cache/pip/x") }, "", ""},
		"a module cache":           {func(m *img) { m.file(0, "/go", dir(0o755, 0)).file(2, "/go/pkg/mod/x@v1/x.go") }, "", ""},
		"a directory for logs":     {func(m *img) { m.file(2, "/var/log/app", dir(0o755, 7)).file(2, "/var/log/app/x.log") }, "/var/log/app", ""},
		"apt's directories":        {func(m *img) { m.file(2, "/var/cache/apt", dir(0o755, 0)).file(2, "/var/log/apt", dir(0o755, 0)) }, "", ""},
		"an empty directory":       {func(m *img) { m.file(2, "/data", dir(0o755, 0)) }, "/data", ""},
		"an owner for a directory": {func(m *img) { m.Tree[2].UID, m.Tree[2].Layer = 33, 2 }, "", "/srv"},
		"a mode for a directory":   {func(m *img) { m.Tree[2].Mode, m.Tree[2].Layer = fs.ModeDir|0o777, 2 }, "", "/srv"},
		"a link":                   {func(m *img) { m.file(2, "/opt/link", link("/etc/motd")) }, "/opt/link", ""},
		"a device":                 {func(m *img) { m.file(2, "/opt/dev", func(f *inventory.File) { f.Kind = inventory.KindDevice }) }, "", ""},
		"directories of packages":  {func(m *img) { m.pkg("x", "libs").file(2, "/usr/share/x/y", m.own).file(2, "/etc/x.d", dir(0o755, 0)) }, "", ""},
		"bytecode of the base": {func(m *img) {
			m.file(0, "/usr/local/lib/p/os.py").file(2, "/usr/local/lib/p/__pycache__/os.cpython-311.pyc")
		}, "/usr/local/lib/p/__pycache__", ""},
		"bytecode of a dotted module":   {func(m *img) { m.file(2, "/opt/a.conf.py").file(2, "/opt/__pycache__/a.conf.cpython-311.opt-1.pyc") }, "/opt/__pycache__/a.conf.cpython-311.opt-1.pyc /opt/a.conf.py", ""},
		"bytecode of the application":   {func(m *img) { m.file(2, "/opt/a.py").file(2, "/opt/__pycache__/a.cpython-311.pyc") }, "/opt/__pycache__/a.cpython-311.pyc /opt/a.py", ""},
		"an interpreter's own packages": {func(m *img) { m.file(2, "/usr/lib/python3/__pycache__/x.pyc") }, "", ""},
	} {
		m := base()
		c.change(m)
		r := collect(t, m, nil)
		if got := paths(r.Artefacts); got != c.want || paths(r.Changed) != c.changed {
			t.Errorf("%s: artefacts %q, changed %q; want %q and %q", name, got, paths(r.Changed), c.want, c.changed)
		}
	}
}

func TestSkip(t *testing.T) {
	m := base().file(2, "/opt/a").file(2, "/opt/tests")
	r := collect(t, m, func(in *Input) { in.Skip = func(f *inventory.File) bool { return f.Path == "/opt/tests" } })
	if got := paths(r.Artefacts); got != "/opt/a" {
		t.Error(got)
	}
}

// libpq is an image with a module that needs a packaged library.
func libpq() *img {
	m := base()
	m.pkg("libldap", "libs").file(1, "/usr/lib/x86_64-linux-gnu/libldap.so.2", elf("libldap.so.2", "libc.so.6"), m.own)
	m.pkg("libpq5", "libs", "libldap", "libc6").file(1, "/usr/lib/x86_64-linux-gnu/libpq.so.5.15", elf("libpq.so.5", "libldap.so.2"), m.own)
	m.file(1, "/usr/lib/x86_64-linux-gnu/libpq.so.5", link("libpq.so.5.15"), m.own)
	return m.file(2, "/opt/_psycopg.so", elf("", "libpq.so.5", "libc.so.6"))
}

func TestLinks(t *testing.T) {
	r := collect(t, libpq(), nil)
	if got := needs(r); got != "libpq5: /opt/_psycopg.so needs libpq.so.5" {
		t.Error(got)
	}
	if diff := cmp.Diff([]Need{{Name: "libpq5", Bytes: 200, Reasons: r.Packages[0].Reasons, Closure: []string{"libpq5", "libldap"}}}, r.Packages); diff != "" {
		t.Error(diff)
	}
	if got := collect(t, libpq(), func(in *Input) { in.Withhold = []string{"libpq5"} }); len(got.Packages) != 0 {
		t.Error(needs(got))
	}
}

// TestLibraryFromSource: a library that no package owns is copied with its
// links, and the packages it needs are named.
func TestLibraryFromSource(t *testing.T) {
	m := libpq()
	m.file(0, "/usr/local/lib/libbase.so.1", elf("libbase.so.1", "libldap.so.2"))
	m.file(2, "/usr/local/lib/libfoo.so.1", link("libfoo.so.1.0")).file(2, "/usr/local/lib/libfoo.so.1.0", elf("libfoo.so.1"))
	m.file(2, "/opt/app", elf("", "libfoo.so.1", "libbase.so.1"))
	r := collect(t, m, nil)
	if got := paths(r.Artefacts); got != "/opt/_psycopg.so /opt/app /usr/local/lib/libbase.so.1 /usr/local/lib/libfoo.so.1 /usr/local/lib/libfoo.so.1.0" {
		t.Error(got)
	}
	if !r.Libraries {
		t.Error("ldconfig is not asked for")
	}
	if got := needs(r); got != "libldap: /usr/local/lib/libbase.so.1 needs libldap.so.2\nlibpq5: /opt/_psycopg.so needs libpq.so.5" {
		t.Error(got)
	}
}
