package ociruntime

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestParseMountOptions(t *testing.T) {
	tests := []struct {
		in   []string
		want mountOptions
	}{
		{nil, mountOptions{}},
		{[]string{"defaults"}, mountOptions{}},
		{[]string{"ro", "nosuid", "rw"}, mountOptions{set: unix.MS_NOSUID, clear: unix.MS_RDONLY}},
		{[]string{"rw", "ro"}, mountOptions{set: unix.MS_RDONLY}},
		{[]string{"rbind", "remount"}, mountOptions{set: unix.MS_BIND | unix.MS_REC}},
		{[]string{"mode=755", "size=1m"}, mountOptions{data: []string{"mode=755", "size=1m"}}},
		{[]string{"rslave", "private"}, mountOptions{propagation: []uintptr{unix.MS_SLAVE | unix.MS_REC, unix.MS_PRIVATE}}},
		{[]string{"rro", "rnosuid", "rsuid"}, mountOptions{recursive: true, attr: unix.MountAttr{
			Attr_set: unix.MOUNT_ATTR_RDONLY, Attr_clr: unix.MOUNT_ATTR_NOSUID,
		}}},
	}
	for _, tc := range tests {
		got := parseMountOptions(tc.in)
		if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(mountOptions{})); diff != "" {
			t.Errorf("%q: -want +got:\n%s", tc.in, diff)
		}
	}
}

func TestStatfsFlags(t *testing.T) {
	tests := []struct{ in, want uintptr }{
		{unix.ST_RDONLY | unix.ST_RELATIME, unix.MS_RDONLY | unix.MS_RELATIME},
		{unix.ST_NOATIME | unix.ST_NODEV, unix.MS_NOATIME | unix.MS_NODEV},
		{unix.ST_NOSUID | unix.ST_NOEXEC, unix.MS_NOSUID | unix.MS_NOEXEC | unix.MS_STRICTATIME},
	}
	for _, tc := range tests {
		if got := statfsFlags(tc.in); got != tc.want {
			t.Errorf("statfsFlags(%#x) = %#x, want %#x", tc.in, got, tc.want)
		}
	}
}

// TestResolve compares with the standard library on paths that exist.
func TestResolve(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "real/deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"rel": "real", "abs": dir + "/real", "up": "real/../real/./deep", "real/back": "../rel", "root": "/",
		"dangling": "not/../yet", "dangling-abs": dir + "/gone/x", "loop": "loop",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"", "real", "rel/deep", "abs/deep", "up", "rel/back/deep/", "real/back/back/deep", "root" + dir + "/rel"} {
		got, err := resolve(filepath.Join(dir, p))
		want, werr := filepath.EvalSymlinks(filepath.Join(dir, p))
		if err != nil || werr != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s, %v", p, got, err, want, werr)
		}
	}
	for p, want := range map[string]string{
		"dangling": "yet", "dangling-abs/y": "gone/x/y", "rel/none/../z": "real/z", "/../../.." + dir + "/new": "new",
	} {
		if p[0] != '/' {
			p = dir + "/" + p
		}
		if got, err := resolve(p); err != nil || got != filepath.Join(dir, want) {
			t.Errorf("%s: got %s, %v; want %s", p, got, err, want)
		}
	}
	if _, err := resolve(dir + "/loop/x"); err == nil {
		t.Error("no error for a loop")
	}
}

func TestFirstPart(t *testing.T) {
	for in, want := range map[string][2]string{
		"/a/b": {"a", "b"}, "a": {"a", ""}, "//a//b/": {"a", "/b/"}, "/": {"", ""}, "": {"", ""},
	} {
		first, rest := firstPart(in)
		if got := [2]string{first, rest}; got != want {
			t.Errorf("firstPart(%q) = %q, want %q", in, got, want)
		}
	}
}
