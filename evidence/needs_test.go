package evidence

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

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
		"a library's script":   {func(m *img) { m.file(2, "/opt/site-packages/x/e.sh", m.script("#!/bin/sh\ngit x")) }, ""},
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
