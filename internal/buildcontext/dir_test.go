package buildcontext

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDir(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		".dockerignore":          "*.log\nnode_modules\n",
		"a.txt":                  "12345",
		"b.log":                  "123",
		"src/c.txt":              "1234567",
		"src/d.log":              "1",
		"node_modules/x/y":       "123456789",
		"api.Dockerfile":         "",
		"docker/x.Dockerfile":    "",
		"docker/x.dockerignored": "*",
	} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(os.TempDir(), filepath.Join(dir, "out")); err != nil {
		t.Log("no links here:", err)
	}
	d, err := OpenDir(dir, filepath.Join(dir, "Dockerfile.dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if text, ok := d.Ignore(); !ok || text != "*.log\nnode_modules\n" {
		t.Errorf("the ignore file is %q, %v", text, ok)
	}
	type answer struct {
		Dir  bool
		Size int64
		OK   bool
	}
	for name, want := range map[string]answer{
		"a.txt":        {false, 5, true},
		"./a.txt":      {false, 5, true},
		"b.log":        {false, 3, true},
		"src":          {true, 8, true},
		"node_modules": {true, 0, true},
		"none":         {},
		"../x":         {},
		"/etc/passwd":  {},
		"out/x":        {},
		"out":          {},
		"docker":       {true, 1, true},
	} {
		var got answer
		got.Dir, got.Size, got.OK = d.Stat(name)
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	// src and docker: what is not left out, with a.txt and the ignore file.
	if _, size, _ := d.Stat("."); size != 5+8+1+int64(len("*.log\nnode_modules\n")) {
		t.Errorf("the context has %d bytes", size)
	}
	if b, ok := d.Read("src/c.txt"); !ok || string(b) != "1234567" {
		t.Errorf("read %q, %v", b, ok)
	}
	for _, name := range []string{"src", "../x", "none"} {
		if _, ok := d.Read(name); ok {
			t.Errorf("%s was read", name)
		}
	}
	if diff := cmp.Diff([]string{"c.txt", "d.log"}, d.List("src")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := d.List("../.."); got != nil {
		t.Errorf("listed %v", got)
	}
	if !d.Ignored("node_modules/x/y") || d.Ignored("src/c.txt") {
		t.Error("the ignore file is not heeded")
	}
}

func TestDirOwnIgnore(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "api.Dockerfile.dockerignore")
	if err := os.WriteFile(own, []byte("*\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDir(dir, own)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if !d.Ignored("anything") {
		t.Error("the Dockerfile's own ignore file is not heeded")
	}
	if _, err := OpenDir(filepath.Join(dir, "none"), ""); err == nil {
		t.Error("a missing directory was opened")
	}
}
