package atomicfile

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	check := func(want string, perm os.FileMode) {
		t.Helper()
		b, err := os.ReadFile(name)
		if err != nil || string(b) != want {
			t.Errorf("read %q, %v; want %q", b, err, want)
		}
		st, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && st.Mode().Perm() != perm {
			t.Errorf("mode %v, want %v", st.Mode(), perm)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".f-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if err := Write(name, []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("one", 0o644)
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, []byte("two"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("two", 0o600)
	link := filepath.Join(dir, "link")
	if err := os.Symlink("f", link); err != nil {
		t.Skip("no links here:", err)
	}
	if err := Write(link, []byte("three"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("three", 0o600)
	if to, err := os.Readlink(link); err != nil || to != "f" {
		t.Errorf("the link is now %q, %v", to, err)
	}
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, []byte("x"), 0o644); err == nil {
		t.Error("a directory was replaced")
	}
	if st, err := os.Stat(name); err != nil || !st.IsDir() {
		t.Errorf("the directory is gone: %v", err)
	}
	if err := Write(filepath.Join(t.TempDir(), "no", "f"), nil, 0o644); err == nil {
		t.Error("no error for a directory that does not exist")
	}
}
