package buildcontext

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write makes a context of the files, by path; a path that ends in a slash is
// a directory, a body "-> x" a link.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(p), 0o755)
		if to, link := strings.CutPrefix(body, "-> "); err == nil && link {
			err = os.Symlink(to, p)
		} else if err == nil && strings.HasSuffix(name, "/") {
			err = os.MkdirAll(p, 0o755)
		} else if err == nil {
			err = os.WriteFile(p, []byte(body), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpen(t *testing.T) {
	tests := []struct {
		name      string
		files     map[string]string
		ignore    []byte
		want      []string
		hasIgnore bool
	}{
		{name: "empty"},
		{
			name:  "no ignore file",
			files: map[string]string{"Dockerfile": "", "src/b.c": "", "src/a.c": "", "empty/": ""},
			want:  []string{"Dockerfile", "src/a.c", "src/b.c"},
		},
		{
			name:      "its own ignore file",
			files:     map[string]string{".dockerignore": "*.log\n# comment\ntarget\n", "a.log": "", "deep/b.log": "", "target/x": "", "src/target/y": ""},
			want:      []string{".dockerignore", "deep/b.log", "src/target/y"},
			hasIgnore: true,
		},
		{
			name:      "taken back",
			files:     map[string]string{".dockerignore": "**\n!keep/*.txt\n", "a": "", "keep/a.txt": "", "keep/b.bin": "", "other/c.txt": ""},
			want:      []string{"keep/a.txt"},
			hasIgnore: true,
		},
		{
			name:      "ignore file of the Dockerfile instead",
			files:     map[string]string{".dockerignore": "a\n", "a": "", "b": ""},
			ignore:    []byte("b\n"),
			want:      []string{".dockerignore", "a"},
			hasIgnore: true,
		},
		{
			name:  "links count as files",
			files: map[string]string{"up": "-> ../..", "broken": "-> nowhere", "loop": "-> loop"},
			want:  []string{"broken", "loop", "up"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Open(write(t, tt.files), tt.ignore)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, c.Files); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
			if c.HasIgnore != tt.hasIgnore {
				t.Errorf("HasIgnore is %t", c.HasIgnore)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "missing"), nil); err == nil {
		t.Error("a missing directory gave no error")
	}
	dir := write(t, map[string]string{IgnoreName: "[\n"})
	var bad *ProblemError
	if _, err := Open(dir, nil); !errors.As(err, &bad) || bad.Path != filepath.Join(dir, IgnoreName) || bad.Hint == "" {
		t.Errorf("a wrong pattern gave %v", err)
	}
	dir = write(t, map[string]string{IgnoreName: strings.Repeat("#", maxIgnore+1)})
	if _, err := Open(dir, nil); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a huge ignore file gave %v", err)
	}
}

func TestRead(t *testing.T) {
	dir := write(t, map[string]string{
		"outside":          "secret",
		"ctx/a/file":       "text",
		"ctx/link":         "-> a/file",
		"ctx/out":          "-> ../outside",
		"ctx/absolute":     "-> /etc/hostname",
		"ctx/..odd/file..": "odd",
		"ctx/big":          strings.Repeat("x", maxRead+1),
		"ctx/full":         strings.Repeat("x", maxRead),
	})
	c, err := Open(filepath.Join(dir, "ctx"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a/file": "text", "link": "text", "..odd/file..": "odd"} {
		if b, ok := c.Read(name); !ok || string(b) != want {
			t.Errorf("Read(%q) = %q, %t", name, b, ok)
		}
	}
	for _, name := range []string{"../outside", "out", "absolute", "missing", "a", "big", "a/../../outside", ""} {
		if b, ok := c.Read(name); ok {
			t.Errorf("Read(%q) = %.20q", name, b)
		}
	}
	if b, ok := c.Read("full"); !ok || len(b) != maxRead {
		t.Errorf("a file of the largest size: %d bytes, %t", len(b), ok)
	}
}
