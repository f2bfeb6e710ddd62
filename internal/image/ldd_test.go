package image

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// hostTree makes a tree of this machine's programs and libraries.
func hostTree(t *testing.T, dirs ...string) inventory.Tree {
	t.Helper()
	var entries []inventory.Entry
	add := func(p string) {
		info, err := os.Lstat(p)
		if err != nil {
			return
		}
		e := inventory.Entry{Path: p, Kind: inventory.KindFile}
		switch info.Mode().Type() {
		case fs.ModeDir:
			e.Kind = inventory.KindDir
		case fs.ModeSymlink:
			e.Kind = inventory.KindSymlink
			e.Link, _ = os.Readlink(p)
		case 0:
			if f, err := os.Open(p); err == nil {
				e.ELF, _ = readELF(f)
				f.Close()
			}
		}
		entries = append(entries, e)
	}
	for _, d := range dirs {
		add(d)
		found, err := filepath.Glob(d + "/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			if info, err := os.Lstat(d); err == nil && info.IsDir() {
				add(p)
			}
		}
	}
	u := newUnpacker()
	if _, _, err := u.add(0, entries); err != nil {
		t.Fatal(err)
	}
	tree, _ := u.tree()
	return tree
}

// TestClosureAgainstLdd compares the libraries of programs of this machine
// with what its own loader finds.
func TestClosureAgainstLdd(t *testing.T) {
	ldd, err := exec.LookPath("ldd")
	if err != nil {
		t.Skip("no ldd on this machine")
	}
	tree := hostTree(t, "/bin", "/usr/bin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/local/lib")
	loader := inventory.NewLoader(tree, nil)
	found := regexp.MustCompile(`(?m)^\s+(?:\S+ => )?(/\S+) \(0x`)
	checked := 0
	for _, name := range []string{"ls", "bash", "git", "curl", "openssl", "perl", "gcc", "apt", "python3", "tar", "gpg"} {
		p, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if p, err = filepath.EvalSymlinks(p); err != nil || filepath.Dir(p) != "/usr/bin" {
			continue
		}
		out, err := exec.Command(ldd, p).Output()
		if err != nil {
			continue
		}
		var want []string
		for _, m := range found.FindAllStringSubmatch(string(out), -1) {
			real, err := filepath.EvalSymlinks(m[1])
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, real)
		}
		libs, missing := loader.Closure([]string{p})
		var got []string
		for _, l := range libs {
			got = append(got, l.File.Path)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(slices.Compact(want), got); diff != "" || len(missing) > 0 {
			t.Errorf("%s: missing %v, libraries (-ldd +got):\n%s", p, missing, diff)
		}
		checked++
	}
	if checked == 0 {
		t.Skip("no program of this machine could be compared")
	}
	t.Logf("%d programs compared", checked)
}
