package image

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// plainArchive is a docker archive of uncompressed layers.
func plainArchive(t *testing.T, layers ...[]item) string {
	t.Helper()
	return packed(t, savedItems(t, imageOf(t, layers...)), false)
}

// TestSkim holds that skimming finds what reading finds, but for digests.
func TestSkim(t *testing.T) {
	elf, err := filepath.EvalSymlinks("/bin/true")
	if err != nil {
		t.Skip(err)
	}
	program, err := os.ReadFile(elf)
	if err != nil {
		t.Fatal(err)
	}
	name := plainArchive(t,
		[]item{file("etc/os-release", "ID=x\n"), file("bin/prog", string(program)), file("big", strings.Repeat("x", 100_000)), file("empty", ""),
			file("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n"+strings.Repeat("Package: b\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n", 200))},
		[]item{file("big", "small"), file("a/.wh.b", "")},
	)
	read := func(unverified bool) (*Source, *inventory.Image) {
		s, err := Open(t.Context(), "archive:"+name, Options{Unverified: unverified, CacheDir: filepath.Join(t.TempDir(), "cache")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		img, err := s.Inventory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s, img
	}
	_, want := read(false)
	s, got := read(true)
	for i := range got.Layers {
		if !got.Layers[i].Unverified || want.Layers[i].Unverified {
			t.Errorf("layer %d: unverified %v and %v", i, got.Layers[i].Unverified, want.Layers[i].Unverified)
		}
		got.Layers[i].Unverified = false
		for j := range want.Layers[i].Entries {
			e := &want.Layers[i].Entries[j]
			if e.Kind == inventory.KindFile && e.Digest.IsZero() {
				t.Errorf("%s has no digest", e.Path)
			}
			e.Digest, e.Pull, got.Layers[i].Entries[j].Pull = inventory.Digest{}, 0, 0
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-read +skimmed):\n%s", diff)
	}
	files, err := s.ReadFiles(t.Context(), []string{"/big", "/etc/os-release"}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"/big": []byte("small"), "/etc/os-release": []byte("ID=x\n")}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestSkimRepeats: which of two files of one name stays, only digests tell.
func TestSkimRepeats(t *testing.T) {
	name := plainArchive(t, []item{file("a", "one"), file("a", "two")})
	s, err := Open(t.Context(), "archive:"+name, Options{Unverified: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	files, err := s.ReadFiles(t.Context(), []string{"/a"}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"/a": []byte("two")}, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWindow holds that a window reads what is there, wherever it is.
func TestWindow(t *testing.T) {
	text := benchNoise(3 * windowBytes)
	w := &window{ctx: t.Context(), src: strings.NewReader(text), size: int64(len(text)), buf: make([]byte, 0, windowBytes)}
	for _, at := range []int64{0, 40_000, 5, windowBytes - 1, int64(len(text)) - 3} {
		if _, err := w.Seek(at-w.off, io.SeekCurrent); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, min(20_000, len(text)-int(at)))
		if _, err := io.ReadFull(w, got); err != nil {
			t.Fatalf("at %d: %v", at, err)
		}
		if string(got) != text[at:at+int64(len(got))] {
			t.Errorf("other bytes at %d", at)
		}
	}
	if n, err := w.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if _, err := w.Seek(-1, io.SeekStart); err == nil {
		t.Error("before the beginning: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w = &window{ctx: ctx, src: strings.NewReader(text), size: 10}
	if _, err := w.Read(make([]byte, 1)); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
