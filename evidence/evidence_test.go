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
	f := inventory.File{Entry: inventory.Entry{Path: p, Kind: inventory.KindFile, Size: 10, Mode: 0o644, Digest: "sha256:" + p}, Layer: layer, Owner: -1}
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
		f.Kind, f.Size, f.Mode, f.UID, f.Digest = inventory.KindDir, 0, fs.ModeDir|mode, uid, ""
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
				m.Tree = append(m.Tree, inventory.File{Entry: inventory.Entry{Path: d, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: f.Layer, Owner: -1})
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

// tools is an image with programs of packages that the slim base lacks.
func tools() *img {
	m := base()
	for _, n := range []string{"curl", "git", "ffmpeg", "tini", "jq", "msgfmt"} {
		m.pkg(n, "utils").file(1, "/usr/bin/"+n, elf("", "libc.so.6"), m.own)
	}
	return m
}

func TestPrograms(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*img)
		want   string
	}{
		"CMD":               {func(m *img) { m.Config.Cmd = []string{"jq", "."} }, "jq: CMD runs it"},
		"CMD in a shell":    {func(m *img) { m.Config.Cmd = []string{"/bin/sh", "-eo", "pipefail", "-c", "git pull && jq ."} }, "git: CMD runs it\njq: CMD runs it"},
		"ENTRYPOINT behind": {func(m *img) { m.Config.Entrypoint = []string{"tini", "--", "/usr/bin/jq"} }, "jq: ENTRYPOINT runs it\ntini: ENTRYPOINT runs it"},
		"HEALTHCHECK": {func(m *img) {
			m.Config.Healthcheck = &inventory.Healthcheck{Test: []string{"CMD-SHELL", "curl -f x || exit 1"}}
		}, "curl: HEALTHCHECK runs it"},
		"HEALTHCHECK NONE":     {func(m *img) { m.Config.Healthcheck = &inventory.Healthcheck{Test: []string{"NONE"}} }, ""},
		"an entrypoint script": {func(m *img) { m.file(2, "/opt/e", m.script("#!/bin/sh\nset -e\nexec curl x\n")) }, "curl: /opt/e calls it"},
		"a script by env":      {func(m *img) { m.file(2, "/opt/e", m.script("#!/usr/bin/env jq\n")) }, "jq: /opt/e is run by it"},
		"a script without x":   {func(m *img) { m.file(2, "/opt/e.sh", m.script("git x"), func(f *inventory.File) { f.Mode = 0o644 }) }, "git: /opt/e.sh calls it"},
		"a Python call":        {func(m *img) { m.file(2, "/opt/a.py", m.script(`subprocess.run(["ffmpeg", "-i"])`)) }, "ffmpeg: /opt/a.py calls it"},
		"a JavaScript call":    {func(m *img) { m.file(2, "/opt/a.js", m.script("execSync('git log')")) }, "git: /opt/a.js calls it"},
		"only a word":          {func(m *img) { m.file(2, "/opt/a.py", m.script(`x = {"git": 1}`)) }, ""},
	} {
		m := tools()
		c.change(m)
		if got := needs(collect(t, m, nil)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestBaseSoftware(t *testing.T) {
	m := base().file(0, "/usr/local/bin/ruby", elf(""))
	m.Config.Cmd = []string{"ruby", "a.rb"}
	r := collect(t, m, nil)
	if len(r.Missing) != 1 || !strings.Contains(r.Missing[0], "/usr/local/bin/ruby") {
		t.Error(r.Missing)
	}
}

func TestAsked(t *testing.T) {
	m := tools()
	m.pkg("gcc", "devel").pkg("libx-dev", "libdevel", "libc6").pkg("python3-dev", "python", "libx-dev").pkg("fonts", "fonts")
	m.pkg("gettext", "devel").file(1, "/usr/bin/gettext", elf("", "libc.so.6"), m.own)
	m.Packages[len(m.Packages)-5].Recommends = []string{"fonts", "nothing"}
	m.file(2, "/opt/a.py", m.script(`call("gettext -h")`))
	asked := map[string]string{"gcc": "line 1", "libx-dev": "line 1", "python3-dev": "line 2", "jq": "line 3", "gettext": "line 4", "dash": "line 5", "absent": "line 6"}
	r := collect(t, m, func(in *Input) { in.Asked = asked })
	want := "gettext: /opt/a.py calls it\njq: line 3 asks for it, and nothing shows that it is for building only"
	if got := needs(r); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if !r.Packages[1].Doubt || r.Packages[0].Doubt {
		t.Error("only jq is in doubt")
	}
	var dropped []string
	for _, d := range r.Dropped {
		dropped = append(dropped, d.Name+": "+d.Where+", "+d.Reason)
	}
	rest := ", and no kept file links against it, runs it or names it"
	wantDropped := []string{"gcc: line 1, section devel" + rest, "libx-dev: line 1, section libdevel" + rest, "python3-dev: line 2, it depends on libx-dev" + rest}
	if diff := cmp.Diff(wantDropped, dropped); diff != "" {
		t.Error(diff)
	}
}

// TestOverrides: what a COPY puts in the place of a package's file is kept,
// if the package is.
func TestOverrides(t *testing.T) {
	m := tools()
	m.file(1, "/etc/jq.conf", func(f *inventory.File) { f.Owner = 6 })
	m.pkg("nginx", "httpd").file(1, "/usr/sbin/nginx", elf("", "libc.so.6"), m.own).file(2, "/etc/nginx.conf", m.own)
	m.pkg("apache", "httpd").file(1, "/usr/sbin/apache", elf("", "libc.so.6"), m.own).file(2, "/etc/apache.conf", m.own)
	m.Config.Cmd = []string{"nginx"}
	if got := paths(collect(t, m, nil).Artefacts); got != "/etc/nginx.conf" {
		t.Error(got)
	}
}

func TestCertificates(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*img)
		want   bool
		local  bool
	}{
		"static program": {func(m *img) { m.file(2, "/opt/app", elf("")) }, true, false},
		"plain program":  {func(m *img) { m.file(2, "/opt/app", elf("", "libc.so.6")) }, false, false},
		"TLS library":    {func(m *img) { m.file(2, "/opt/app", elf("", "libssl.so.3")) }, true, false},
		"an authority":   {func(m *img) { m.file(2, "/usr/local/share/ca-certificates/x.crt") }, true, true},
	} {
		m := base()
		m.pkg("ca-certificates", "misc")
		c.change(m)
		r := collect(t, m, nil)
		if (len(r.Packages) == 1) != c.want || r.Certificates != c.local {
			t.Errorf("%s: %s, %v", name, needs(r), r.Certificates)
		}
	}
}

func TestAptSources(t *testing.T) {
	m := base().file(2, "/etc/apt/sources.list.d/x.list").file(2, "/usr/share/keyrings/x.gpg").file(2, "/etc/apt/auth.conf")
	r := collect(t, m, nil)
	if got := paths(r.AptSources); got != "/etc/apt/sources.list.d/x.list /usr/share/keyrings/x.gpg" {
		t.Error(got)
	}
}
