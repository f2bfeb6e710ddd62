package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	tests := []struct {
		name, text string
		want       Config
		// wrong has to appear in the error, after the name of the file.
		wrong string
	}{
		{name: "empty"},
		{name: "comments only", text: "# nothing yet\n"},
		{
			name: "everything",
			text: "engine: docker\nstate: /var/lib/schlank\nbases: /srv/bases\ncache_gb: 2.5\nregistries:\n" +
				"  docker.io:\n    mirrors: [mirror.lan, other.lan:5000]\n" +
				"  mirror.lan:\n    http: true\n  other.lan:5000:\n    insecure: true\n    ca: [/etc/ca.pem, ca.pem]\n",
			want: Config{
				Engine: "docker", State: "/var/lib/schlank", Bases: "/srv/bases", CacheGB: 2.5,
				Registries: map[string]Registry{
					"docker.io":      {Mirrors: []string{"mirror.lan", "other.lan:5000"}},
					"mirror.lan":     {HTTP: true},
					"other.lan:5000": {Insecure: true, CA: []string{"/etc/ca.pem", "/etc/schlank/ca.pem"}},
				},
			},
		},
		{name: "paths", text: "state: ~/state\nbases: ../bases\n", want: Config{State: "/home/me/state", Bases: "/etc/bases"}},
		{name: "misspelt key", text: "basis: /srv\n", wrong: `"basis"`},
		{name: "misspelt key of a registry", text: "registries:\n  a:\n    https: true\n", wrong: `"https"`},
		{name: "wrong type", text: "cache_gb: much\n", wrong: "cache_gb"},
		{name: "not YAML", text: "a: [\n", wrong: "line 1"},
		{name: "twice", text: "engine: docker\nengine: embedded\n", wrong: `"engine"`},
		{name: "negative", text: "cache_gb: -1\n", wrong: "cache_gb must not be negative"},
		{name: "too large", text: strings.Repeat("#", maxBytes+1), wrong: "larger than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse("/etc/schlank/config.yaml", []byte(tt.text))
			if tt.wrong != "" {
				if err == nil || !strings.HasPrefix(err.Error(), "/etc/schlank/config.yaml: ") || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("error is %v, want %q in it, after the file", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	t.Setenv("SCHLANK_CONFIG", "")
	if c, err := Load(); err != nil || c.Engine != "" {
		t.Errorf("without a file: %+v, %v", c, err)
	}
	name, err := Path()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("engine: docker\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if c, err := Load(); err != nil || c.Engine != "docker" {
		t.Errorf("%s was read as %+v, %v", name, c, err)
	}
	t.Setenv("SCHLANK_CONFIG", filepath.Join(dir, "missing.yaml"))
	if _, err := Load(); err == nil {
		t.Error("a file that was named and does not exist gave no error")
	}
	t.Setenv("SCHLANK_CONFIG", dir)
	if _, err := Load(); err == nil {
		t.Error("a directory gave no error")
	}
}

// FuzzParse expects that what is accepted has its paths absolute and no
// negative size, whatever the file holds.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "engine: docker\n", "state: ~/x\n", "registries: {a: {ca: [b]}}\n", "cache_gb: .inf\n", "a: &a [*a]\n", "\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parse("/etc/schlank/config.yaml", b)
		if err != nil {
			return
		}
		if c.CacheGB < 0 {
			t.Errorf("cache_gb is %v", c.CacheGB)
		}
		for _, p := range []string{c.State, c.Bases} {
			if p != "" && !filepath.IsAbs(p) {
				t.Errorf("path %q is not absolute", p)
			}
		}
	})
}
