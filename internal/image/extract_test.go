//go:build unix

package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onDisk lists a directory: kind, path, content or link text.
func onDisk(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		line := strings.TrimPrefix(p, dir)
		switch d.Type() {
		case fs.ModeDir:
			line += "/"
		case fs.ModeSymlink:
			to, err := os.Readlink(p)
			if err != nil {
				return err
			}
			line += " -> " + to
		default:
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			line += " " + string(data)
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExtract(t *testing.T) {
	s := sourceOf(t, imageOf(t,
		[]item{
			dir("usr/lib"), symlink("lib", "usr/lib"), file("usr/lib/a.so", "aaa"), hard("usr/lib/b.so", "usr/lib/a.so"),
			file("etc/old", "old"), file("etc/keep", "1"), symlink("etc/out", "/etc/passwd"),
			{name: "bin/su", typ: tar.TypeReg, body: "su", mode: 0o4755}, {name: "dev/null", typ: tar.TypeChar},
		},
		[]item{wh("etc", "old"), file("etc/keep", "22"), file("usr/lib/c.so", "c"), hard("etc/lib", "usr/lib/a.so")},
	))
	tests := []struct {
		name    string
		paths   []string
		want    []string
		skipped []string
	}{
		{"file", []string{"/etc/keep"}, []string{"/etc/", "/etc/keep 22"}, nil},
		{"by a link", []string{"lib/a.so"}, []string{"/usr/", "/usr/lib/", "/usr/lib/a.so aaa"}, nil},
		{"a link", []string{"/lib"}, []string{"/lib -> usr/lib"}, nil},
		{"directory, twice", []string{"/usr/lib", "/usr/lib/b.so"}, []string{"/usr/", "/usr/lib/", "/usr/lib/a.so aaa", "/usr/lib/b.so aaa", "/usr/lib/c.so c"}, nil},
		{"hard link without its first name", []string{"/etc"}, []string{"/etc/", "/etc/keep 22", "/etc/lib aaa", "/etc/out -> /etc/passwd"}, nil},
		{"all", []string{"/"}, []string{
			"/bin/", "/bin/su su", "/dev/", "/etc/", "/etc/keep 22", "/etc/lib aaa", "/etc/out -> /etc/passwd", "/lib -> usr/lib",
			"/usr/", "/usr/lib/", "/usr/lib/a.so aaa", "/usr/lib/b.so aaa", "/usr/lib/c.so c",
		}, []string{"0 /dev/null: devices"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dest := filepath.Join(t.TempDir(), "new", "dir")
			done, err := s.Extract(t.Context(), tt.paths, dest, ExtractOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, onDisk(t, dest)); diff != "" {
				t.Errorf("on disk (-want +got):\n%s", diff)
			}
			checkUnknowns(t, done.Skipped, tt.skipped)
			if n := done.Files + done.Links + done.Dirs; n > len(tt.want)+1 || n == 0 {
				t.Errorf("counts %+v", done)
			}
			if info, err := os.Stat(filepath.Join(dest, "bin/su")); err == nil && info.Mode() != 0o755 {
				t.Errorf("mode %v", info.Mode())
			}
			// Again: refused, and nothing changed; then asked for.
			if tt.want[len(tt.want)-1] == "/etc/keep 22" {
				keep := filepath.Join(dest, "etc/keep")
				if err := os.WriteFile(keep, []byte("mine"), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Extract(t.Context(), tt.paths, dest, ExtractOptions{}); !errors.Is(err, fs.ErrExist) {
					t.Errorf("existing file: %v", err)
				}
				if data, _ := os.ReadFile(keep); string(data) != "mine" {
					t.Errorf("overwritten with %q", data)
				}
			}
			if _, err := s.Extract(t.Context(), tt.paths, dest, ExtractOptions{Overwrite: true}); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, onDisk(t, dest)); diff != "" {
				t.Errorf("overwritten (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := s.Extract(t.Context(), []string{"/etc/old"}, t.TempDir(), ExtractOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("deleted file: %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	big := strings.Repeat("big ", spoolMemory/2)
	s := sourceOf(t, imageOf(t, []item{
		file("a", "first"), hard("b", "a"), file("a", "again"), symlink("l", "b"), file("big", big), dir("d"),
	}))
	for p, want := range map[string]string{"/a": "again", "b": "first", "/l": "first", "/big": big} {
		var got bytes.Buffer
		if err := s.WriteFile(t.Context(), p, &got); err != nil || got.String() != want {
			t.Errorf("%s: %d bytes, %v; want %d", p, got.Len(), err, len(want))
		}
	}
	for _, p := range []string{"/d", "/nowhere"} {
		if err := s.WriteFile(t.Context(), p, &bytes.Buffer{}); err == nil {
			t.Errorf("%s was written", p)
		}
	}
	files, err := s.ReadFiles(t.Context(), []string{"/a", "/b"}, 100)
	if diff := cmp.Diff(map[string][]byte{"/a": []byte("again"), "/b": []byte("first")}, files); diff != "" || err != nil {
		t.Errorf("two files of one name in the archive: %v\n%s", err, diff)
	}
}

// TestExtractStaysInside extracts into a directory with links that lead out.
func TestExtractStaysInside(t *testing.T) {
	s := sourceOf(t, imageOf(t, []item{
		file("etc/passwd", "evil"), symlink("up", "../.."), file("up2/x", "evil"), hard("hard", "etc/passwd"),
		symlink("abs", "/"), file("sub/evil", "evil"),
	}))
	for _, overwrite := range []bool{false, true} {
		outside := t.TempDir()
		if err := os.WriteFile(filepath.Join(outside, "passwd"), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		dest := t.TempDir()
		for name, to := range map[string]string{"etc": outside, "sub": "../" + filepath.Base(outside)} {
			if err := os.Symlink(to, filepath.Join(dest, name)); err != nil {
				t.Fatal(err)
			}
		}
		before := onDisk(t, outside)
		for _, p := range []string{"/etc/passwd", "/sub", "/hard", "/", "/up"} {
			_, err := s.Extract(t.Context(), []string{p}, dest, ExtractOptions{Overwrite: overwrite})
			if err == nil && p != "/hard" && p != "/up" {
				t.Errorf("%s was extracted through a link", p)
			}
		}
		if diff := cmp.Diff(before, onDisk(t, outside)); diff != "" {
			t.Errorf("outside (-before +after):\n%s", diff)
		}
	}
	// A file that is a link to a file outside is replaced, not written to.
	dest, outside := t.TempDir(), filepath.Join(t.TempDir(), "mine")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dest, "hard")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Extract(t.Context(), []string{"/hard"}, dest, ExtractOptions{Overwrite: true}); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(outside); string(data) != "mine" {
		t.Errorf("outside: %q", data)
	}
}

// TestExtractNasty extracts what random layers leave and compares it with
// the tree.
func TestExtractNasty(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		data := make([]byte, 120)
		for j := range data {
			data[j] = byte(random.Uint32())
		}
		layers := nastyLayers(data)
		s := sourceOf(t, imageOf(t, layers...))
		img := inventoryOf(t, s)
		dest := t.TempDir()
		done, err := s.Extract(t.Context(), []string{"/"}, dest, ExtractOptions{})
		if err != nil {
			t.Fatalf("%v\n%v", err, layers)
		}
		if want := len(img.Tree) - len(done.Skipped); want != done.Dirs+done.Files+done.Links {
			t.Errorf("%+v of %d\n%v", done, want, layers)
		}
		var want []string
		for _, line := range lines(img.Tree) {
			if at, what, _ := strings.Cut(line, " "); what != "fifo" {
				if strings.HasPrefix(what, "dir ") {
					what = "dir"
				}
				want = append(want, at+" "+what)
			}
		}
		var got []string
		for _, line := range linesOnDisk(t, dest) {
			at, what, _ := strings.Cut(line, " ")
			if strings.HasPrefix(what, "dir ") {
				what = "dir"
			}
			got = append(got, at+" "+what)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("on disk (-tree +disk):\n%s\n%v", diff, layers)
		}
	}
}
