package attribute_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/inventory"
)

// debs is a dpkg database as files of a layer: status and file lists, and
// the files themselves.
type deb struct {
	name, section, depends, recommends string
	files                              []item
}

func dpkgFiles(installed, added []deb) []item {
	var status strings.Builder
	var items []item
	for _, d := range installed {
		fmt.Fprintf(&status, "Package: %s\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nSection: %s\n", d.name, d.section)
		for field, value := range map[string]string{"Depends": d.depends, "Recommends": d.recommends} {
			if value != "" {
				fmt.Fprintf(&status, "%s: %s\n", field, value)
			}
		}
		status.WriteString("Description: test\n\n")
	}
	for _, d := range added {
		var list strings.Builder
		for _, f := range d.files {
			fmt.Fprintf(&list, "/%s\n", f.name)
		}
		items = append(items, file("var/lib/dpkg/info/"+d.name+".list", list.String()))
		items = append(items, d.files...)
	}
	return append(items, file("var/lib/dpkg/status", status.String()))
}

const shopDockerfile = `FROM debian:12
RUN apt-get update
RUN apt-get install -y \
    curl \
    gcc
COPY . /app
RUN chmod -R a+x /app/bin
RUN pip install -r /app/requirements.txt
RUN rm -rf /app/assets
`

// shop is an image with something of everything.
func shop(t testing.TB) *inventory.Image {
	base := []deb{{"libc6", "libs", "", "", []item{file("usr/lib/libc.so.6", text(1000)), file("usr/share/doc/libc6/copyright", text(50))}}}
	debs := []deb{
		{"curl", "web", "libcurl4 (>= 7), libc6", "ca-certificates", []item{file("usr/bin/curl", text(200)), file("usr/share/man/man1/curl.1.gz", text(20))}},
		{"libcurl4", "libs", "libc6", "publicsuffix", []item{file("usr/lib/libcurl.so.4", text(300))}},
		{"ca-certificates", "misc", "openssl", "", []item{file("usr/share/ca-certificates/a.crt", text(40))}},
		{"openssl", "utils", "libc6", "", []item{file("usr/bin/openssl", text(500))}},
		{"gcc", "devel", "cpp | gcc-cpp, libisl23", "manpages", []item{file("usr/bin/gcc", text(900)), file("usr/lib/gcc/crt.a", text(60))}},
		{"cpp", "interpreters", "", "", []item{file("usr/bin/cpp", text(70))}},
		{"libisl23", "libs", "libc6", "", []item{file("usr/lib/libisl.so.23", text(80))}},
		{"manpages", "doc", "", "", []item{file("usr/share/man/man7/x.7.gz", text(30))}},
		{"stray", "misc", "", "", []item{file("usr/bin/stray", text(10))}},
	}
	app := func(name string, n int) item { return file("app/"+name, text(n)) }
	return imageOf(t,
		layer{"debian rootfs.sh: rootfs.tar", append(dpkgFiles(base, base), symlink("lib", "usr/lib"))},
		layer{"RUN /bin/sh -c apt-get update # buildkit", []item{file("var/lib/apt/lists/all_Packages.lz4", text(4000))}},
		layer{"RUN /bin/sh -c apt-get install -y     curl     gcc # buildkit", append(dpkgFiles(append(base, debs...), debs), file("var/log/dpkg.log", text(5)))},
		layer{"COPY . /app # buildkit", []item{
			app("main.py", 100), app("bin/run", 250), app(".git/pack", 7000), app("tests/test_main.py", 33),
			app("assets/video", 9000), app("static/video", 9001), app("old/video", 9001), app("requirements.txt", 12),
		}},
		layer{"RUN /bin/sh -c chmod -R a+x /app/bin # buildkit", []item{{name: "app/bin/run", body: text(250), typ: '0', mode: 0o755}}},
		layer{"RUN /bin/sh -c pip install -r /app/requirements.txt # buildkit", []item{
			file("usr/lib/python3/site-packages/flask/app.py", text(110)),
			file("usr/lib/python3/site-packages/flask/__pycache__/app.cpython-311.pyc", text(120)),
			file("usr/lib/python3/site-packages/Flask-3.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Flask\nVersion: 3.0\n"),
			file("usr/lib/python3/site-packages/Flask-3.0.dist-info/REQUESTED", ""),
			file("usr/lib/python3/site-packages/Flask-3.0.dist-info/INSTALLER", "pip\n"),
			file("usr/lib/python3/site-packages/Flask-3.0.dist-info/RECORD", "flask/app.py,,\nFlask-3.0.dist-info/METADATA,,\nFlask-3.0.dist-info/RECORD,,\nFlask-3.0.dist-info/REQUESTED,,\nFlask-3.0.dist-info/INSTALLER,,\nflask/__pycache__/app.cpython-311.pyc,,\n"),
			file("root/.cache/pip/http/abc", text(600)),
		}},
		layer{"RUN /bin/sh -c rm -rf /app/assets # buildkit", []item{wh("app/assets")}},
	)
}

func shopAttribution(t testing.TB) *attribute.Attribution {
	img, f := shop(t), parse(shopDockerfile)
	return attribute.Image(img, attribute.Options{
		Base:    attribute.BaseImage{Layers: 1, Name: "docker.io/library/debian:12", Source: attribute.BaseBuild},
		Origins: attribute.FromDockerfile(img, f, ""), Dockerfile: f,
	})
}

func TestShopCauses(t *testing.T) {
	a := shopAttribution(t)
	check(t, a.Image, a)
	checkViews(t, a.Image, a)
	got := map[attribute.Kind]string{}
	for i := range a.Items {
		it := &a.Items[i]
		if p := a.Path(it); p != "" && it.Kind != attribute.PackageState && it.Kind != attribute.Base {
			got[it.Kind] += fmt.Sprintf("%s@%d ", p, it.Layer)
		}
	}
	site := "/usr/lib/python3/site-packages/"
	want := map[attribute.Kind]string{
		attribute.PackageLists:    "/var/lib/apt/lists/all_Packages.lz4@1 ",
		attribute.PackageCache:    "/root/.cache/pip/http/abc@5 ",
		attribute.SystemPackage:   "/usr/bin/cpp@2 /usr/bin/curl@2 /usr/bin/openssl@2 /usr/bin/stray@2 /usr/lib/libcurl.so.4@2 /usr/lib/libisl.so.23@2 /usr/share/ca-certificates/a.crt@2 ",
		attribute.BuildTool:       "/usr/bin/gcc@2 /usr/lib/gcc/crt.a@2 ",
		attribute.Docs:            "/usr/share/man/man1/curl.1.gz@2 /usr/share/man/man7/x.7.gz@2 ",
		attribute.Temporary:       "/var/log/dpkg.log@2 ",
		attribute.VersionControl:  "/app/.git/pack@3 ",
		attribute.Tests:           "/app/tests/test_main.py@3 ",
		attribute.Deleted:         "/app/assets/video@3 ",
		attribute.MetadataCopy:    "/app/bin/run@3 ",
		attribute.Overwritten:     "/var/lib/dpkg/status@0 ",
		attribute.Duplicate:       "/app/static/video@3 ",
		attribute.Application:     "/app/bin/run@4 /app/main.py@3 /app/old/video@3 /app/requirements.txt@3 ",
		attribute.ByteCode:        site + "flask/__pycache__/app.cpython-311.pyc@5 ",
		attribute.LanguagePackage: site + "Flask-3.0.dist-info/INSTALLER@5 " + site + "Flask-3.0.dist-info/METADATA@5 " + site + "Flask-3.0.dist-info/RECORD@5 " + site + "flask/app.py@5 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths by kind (-want +got):\n%s", diff)
	}
	if c := a.Cause(attribute.MetadataCopy); len(c.Hiders) != 1 || c.Hiders[0].Layer != 4 || c.Layers[0].Layer != 3 {
		t.Errorf("the copy is blamed on %+v and stored in %+v", c.Hiders, c.Layers)
	}
}

func TestShopReasons(t *testing.T) {
	a := shopAttribution(t)
	got := map[string]string{}
	for i := range a.Image.Packages {
		got[a.Image.Packages[i].Name] = string(a.Reasons[i].Relation) + ": " + a.ChainText(i)
	}
	want := map[string]string{
		"libc6":           "base: libc6 ← curl (line 4)",
		"curl":            "asked: curl (line 4)",
		"libcurl4":        "dependency: libcurl4 ← curl (line 4)",
		"ca-certificates": "recommended: ca-certificates (recommended) ← curl (line 4)",
		"openssl":         "recommended: openssl ← ca-certificates (recommended) ← curl (line 4)",
		"gcc":             "asked: gcc (line 5)",
		"cpp":             "dependency: cpp ← gcc (line 5)",
		"libisl23":        "dependency: libisl23 ← gcc (line 5)",
		"manpages":        "recommended: manpages (recommended) ← gcc (line 5)",
		"stray":           "asked: stray (`RUN apt-get install -y curl gcc` (line 3))",
		"Flask":           "asked: Flask (`RUN pip install -r /app/requirements.txt` (line 8))",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func TestShopFixes(t *testing.T) {
	a := shopAttribution(t)
	var got []string
	fixes := a.Fixes()
	for i := range fixes {
		got = append(got, fmt.Sprintf("%s %d+%d %s", fixes[i].ID, fixes[i].Disk, fixes[i].Adds.Disk, a.Where(&fixes[i])))
	}
	want := []string{
		"do-not-copy 16000+16000 line 6",
		"link-duplicates 9001+9001 line 6",
		"clean-package-lists 4000+4000 line 2",
		"multi-stage 1140+1140 line 3",
		"cache-mount 600+600 line 8",
		"no-recommends 570+540 line 3",
		"copy-with-owner-and-mode 250+250 line 7",
		"no-byte-code 120+120 line 8",
		"remove-tests 33+33 line 6",
		"exclude-docs 50+20 line 3",
		"remove-temporary 5+5 line 3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fixes (-want +got):\n%s", diff)
	}
}

// TestShopLean: what a lean command did not bring is not called recommended.
func TestShopLean(t *testing.T) {
	img := shop(t)
	f := parse(strings.Replace(shopDockerfile, "install -y", "install -y --no-install-recommends", 1))
	a := attribute.Image(img, attribute.Options{
		Base:       attribute.BaseImage{Layers: 1, Source: attribute.BaseBuild},
		Dockerfile: f,
	})
	for i := range a.Reasons {
		if a.Reasons[i].Relation == attribute.Recommended {
			t.Errorf("%s is called recommended", a.Image.Packages[i].Name)
		}
	}
}

func TestShopWhy(t *testing.T) {
	a := shopAttribution(t)
	fixes := a.Fixes()
	for _, tt := range []struct{ path, want string }{
		{"/usr/bin/openssl", "file 500; stored in 2; openssl; fixes no-recommends"},
		{"/lib/libisl.so.23", "file 80 by /lib; stored in 2; libisl23; fixes multi-stage"},
		{"app/bin/run", "file 250; stored in 3 4; fixes copy-with-owner-and-mode"},
		{"/app/assets/video", "gone; stored in 3; fixes do-not-copy"},
		{"/app/assets", "gone; stored in 6; fixes do-not-copy"},
		{"/app/main.py", "file 100; stored in 3"},
		{"/nowhere", "no such path"},
	} {
		w, ok := a.Why(tt.path)
		if got := whyText(a, fixes, w, ok); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.path, got, tt.want)
		}
	}
}

func whyText(a *attribute.Attribution, fixes []attribute.Fix, w attribute.Why, ok bool) string {
	if !ok {
		return "no such path"
	}
	s := "gone"
	if w.File != nil {
		s = fmt.Sprintf("file %d", w.File.Size)
	}
	for _, l := range w.Links {
		s += " by " + l
	}
	s += "; stored in"
	for _, st := range w.Stored {
		s += fmt.Sprintf(" %d", st.Layer)
	}
	if w.Package >= 0 {
		s += "; " + a.Image.Packages[w.Package].Name
	}
	for i, f := range w.Fixes {
		if i == 0 {
			s += "; fixes"
		}
		s += " " + string(fixes[f].ID)
	}
	return s
}

func TestShopWasted(t *testing.T) {
	var got []string
	for _, w := range shopAttribution(t).Wasted() {
		got = append(got, fmt.Sprintf("%s %s %d by %d: %d", w.Path, w.Kind, w.Layer, w.HiddenBy, w.Disk))
	}
	want := []string{
		"/app/assets deleted 3 by 6: 9000",
		"/app/bin/run metadata-copy 3 by 4: 250",
		"/var/lib/dpkg/status overwritten 0 by 2: 108",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waste (-want +got):\n%s", diff)
	}
}

// TestShopLinked: a library that the application links against is not for
// building only, whoever brought it.
func TestShopLinked(t *testing.T) {
	img := shop(t)
	img.Tree.Find("/usr/lib/libisl.so.23").ELF = &inventory.ELF{Class: "64", Machine: "x86_64", Soname: "libisl.so.23"}
	img.Tree.Find("/app/bin/run").ELF = &inventory.ELF{Class: "64", Machine: "x86_64", Needed: []string{"libisl.so.23"}, Executable: true}
	a := attribute.Image(img, attribute.Options{Base: attribute.BaseImage{Layers: 1, Source: attribute.BaseBuild}})
	w, ok := a.Why("/usr/lib/libisl.so.23")
	if !ok || w.Needing != 1 || len(w.NeededBy) != 1 || w.NeededBy[0] != "/app/bin/run" || len(w.Fixes) != 0 {
		t.Errorf("why: %+v", w)
	}
	if w, _ := a.Why("/usr/bin/gcc"); len(w.Fixes) != 1 {
		t.Errorf("why gcc: %+v", w)
	}
}

func TestDuplicates(t *testing.T) {
	body := text(5000)
	img := imageOf(t,
		layer{"ADD base", []item{file("base", body)}},
		layer{"COPY a", []item{file("z/first", body+"a"), file("small", text(10)), file("small2", text(10))}},
		layer{"COPY b", []item{file("a/second", body+"a"), file("m/ofbase", body), hard("m/link", "m/ofbase")}},
	)
	a := attribute.Image(img, attribute.Options{Base: attribute.BaseImage{Layers: 1, Source: attribute.BaseBuild}})
	var got []string
	for i := range a.Items {
		if it := &a.Items[i]; it.Kind == attribute.Duplicate {
			got = append(got, a.Path(it)+" is "+a.Path(&a.Items[it.Same]))
		}
	}
	if diff := cmp.Diff([]string{"/a/second is /z/first", "/m/ofbase is /base"}, got); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
}

// TestHiddenCache: hiding a cache later calls for the same fix as keeping it.
func TestHiddenCache(t *testing.T) {
	img := imageOf(t,
		layer{"RUN /bin/sh -c pip install x # buildkit", []item{file("root/.cache/pip/x", text(100)), file("tmp/x", text(10)), file("root/x", text(20))}},
		layer{"RUN /bin/sh -c rm -rf /root/* # buildkit", []item{wh("root/.cache"), wh("root/x")}},
	)
	a := attribute.Image(img, attribute.Options{})
	var got []string
	fixes := a.Fixes()
	for i := range fixes {
		got = append(got, fmt.Sprintf("%s %d %s", fixes[i].ID, fixes[i].Disk, a.Where(&fixes[i])))
	}
	want := []string{"cache-mount 100 `RUN pip install x`", "remove-where-made 20 `RUN pip install x`", "remove-temporary 10 `RUN pip install x`"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fixes (-want +got):\n%s", diff)
	}
}

// TestFixOfWhatChownCopied: a repository that COPY brought and chown stored
// again is left out where it is copied.
func TestFixOfWhatChownCopied(t *testing.T) {
	pack := text(700_000)
	img := imageOf(t,
		layer{"debian rootfs.sh: rootfs.tar", []item{file("bin/sh", text(10))}},
		layer{"COPY . /srv/app # buildkit", []item{file("srv/app/.git/pack", pack), file("srv/app/main", text(5))}},
		layer{"RUN /bin/sh -c chown -R app /srv/app # buildkit", []item{{name: "srv/app/.git/pack", body: pack, typ: '0', mode: 0o600}}},
	)
	f := parse("FROM debian:12\nCOPY . /srv/app\nRUN chown -R app /srv/app\n")
	a := attribute.Image(img, attribute.Options{
		Base:    attribute.BaseImage{Layers: 1, Source: attribute.BaseBuild},
		Origins: attribute.FromDockerfile(img, f, ""), Dockerfile: f,
	})
	got := map[attribute.FixID]string{}
	for _, x := range a.Fixes() {
		got[x.ID] = a.Where(&x)
	}
	want := map[attribute.FixID]string{attribute.NotCopied: "line 2", attribute.CopyOnce: "line 3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
