package ociruntime

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func TestEnvironment(t *testing.T) {
	got := environment([]string{"A=1", "HOME=/h", "B=", "A=2=3"}, 0)
	if diff := cmp.Diff([]string{"A=2=3", "HOME=/h", "B="}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	const nobodyHas = 4242424
	if got := environment(nil, nobodyHas); !cmp.Equal(got, []string{"HOME=/"}) {
		t.Errorf("got %q", got)
	}
}

func TestHomeIn(t *testing.T) {
	const passwd = "#comment\nroot:x:0:0:root:/root:/bin/sh\nshort:x:5\nrel:x:6:6::home:/bin/sh\nempty:x:7:7:::\na:x:8:8::/a:/bin/sh\nb:x:8:8::/b:/bin/sh\nlast:x:9:9::/last:"
	for uid, want := range map[uint32]string{0: "/root", 5: "/", 6: "/", 7: "/", 8: "/a", 9: "/last", 1: "/"} {
		if got := homeIn(passwd, uid); got != want {
			t.Errorf("home of %d is %q, want %q", uid, got, want)
		}
	}
}

func FuzzHomeIn(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/sh\n", uint32(0))
	f.Add("a:b:1:::\x00", uint32(1))
	f.Fuzz(func(t *testing.T, passwd string, uid uint32) {
		if home := homeIn(passwd, uid); !filepath.IsAbs(home) || strings.ContainsAny(home, "\x00\n:") {
			t.Errorf("home %q", home)
		}
	})
}

func TestLookPath(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"a", "b", "c/tool"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"a/plain": 0o644, "b/plain": 0o755, "b/tool": 0o755, "a/text": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, "b"))
	path := strings.Join([]string{"relative", "", ".", dir + "/gone", dir + "/c", dir + "/a", dir + "/b"}, ":")
	tests := []struct{ name, path, want, err string }{
		{"tool", path, dir + "/b/tool", ""},
		{"plain", path, dir + "/b/plain", ""},
		{"text", path, "", "permission denied"},
		{"gone", path, "", "no such file"},
		{"tool", "", "", "no such file"},
		{"./tool", "", "./tool", ""},
		{"../a/text", path, "", "permission denied"},
	}
	for _, tc := range tests {
		got, err := lookPath(tc.name, []string{"X=1", "PATH=" + tc.path})
		if got != tc.want || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: got %q, %v; want %q, %q", tc.name, got, err, tc.want, tc.err)
		}
	}
}

func TestCapabilityNames(t *testing.T) {
	names := capabilityNames()
	for name, want := range map[string]int{
		"CAP_CHOWN": unix.CAP_CHOWN, "CAP_SETPCAP": unix.CAP_SETPCAP, "CAP_NET_RAW": unix.CAP_NET_RAW,
		"CAP_SYS_ADMIN": unix.CAP_SYS_ADMIN, "CAP_MKNOD": unix.CAP_MKNOD, "CAP_SETFCAP": unix.CAP_SETFCAP,
		"CAP_SYSLOG": unix.CAP_SYSLOG, "CAP_BPF": unix.CAP_BPF, "CAP_CHECKPOINT_RESTORE": unix.CAP_CHECKPOINT_RESTORE,
	} {
		if got := slices.Index(names, name); got != want {
			t.Errorf("%s is number %d, want %d", name, got, want)
		}
	}
	if len(names) != unix.CAP_LAST_CAP+1 {
		t.Errorf("%d names, want %d", len(names), unix.CAP_LAST_CAP+1)
	}
	got := parseCapabilities(&specs.LinuxCapabilities{
		Bounding: []string{"CAP_CHOWN", "CAP_FROM_THE_FUTURE", "chown"}, Ambient: []string{"CAP_CHECKPOINT_RESTORE"},
	})
	if want := (capabilities{bounding: 1, ambient: 1 << 40}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
