//go:build unix

package image

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// rootFS makes a directory that looks like a root file system.
func rootFS(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, d := range []string{"bin", "etc", "usr/lib", "var/lib/dpkg/info"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(p, text string) {
		if err := os.WriteFile(filepath.Join(root, p), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/motd", "hello")
	write("var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 1\n\n")
	write("var/lib/dpkg/info/tool.list", "/.\n/etc/motd\n")
	link := func(to, p string) {
		if err := os.Symlink(to, filepath.Join(root, p)); err != nil {
			t.Fatal(err)
		}
	}
	link("usr/lib", "lib")
	link("../../../../../../etc/passwd", "etc/out")
	link("/", "usr/all")
	if err := os.Link(filepath.Join(root, "etc/motd"), filepath.Join(root, "usr/lib/motd")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "var/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestDirectory(t *testing.T) {
	root := rootFS(t)
	for _, ref := range []string{"dir:" + root, root, root + "/"} {
		s, err := Open(context.Background(), ref, Options{Platform: "linux/arm64"})
		if err != nil {
			t.Fatal(err)
		}
		inv := inventoryOf(t, s)
		want := []string{
			"d /", "d /bin", "d /etc", "f /etc/motd 5 @0", "l /etc/out -> ../../../../../../etc/passwd", "l /lib -> usr/lib",
			"d /usr", "l /usr/all -> /", "d /usr/lib", "h /usr/lib/motd -> /etc/motd",
			"d /var", "d /var/lib", "d /var/lib/dpkg", "d /var/lib/dpkg/info", "f /var/lib/dpkg/info/tool.list 13 @0", "f /var/lib/dpkg/status 55 @0", "p /var/pipe",
		}
		if diff := cmp.Diff(want, listing(inv.Tree)); diff != "" {
			t.Errorf("tree (-want +got):\n%s", diff)
		}
		checkUnknowns(t, inv.Unknowns, nil)
		checkInvariants(t, inv)
		f := inv.Tree.Find("/etc/motd")
		if f.Digest.String() != "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" || f.UID != os.Getuid() || f.ModTime == 0 {
			t.Errorf("file: %+v", f)
		}
		if len(inv.Packages) != 1 || inv.Packages[0].Name != "tool" || s.Kind != KindDirectory || inv.Config.Architecture != "arm64" {
			t.Errorf("packages %v, kind %s, config %+v", inv.Packages, s.Kind, inv.Config)
		}
		files, err := s.ReadFiles(context.Background(), []string{"/usr/lib/motd", "/etc/out", "/lib/motd"}, 100)
		if diff := cmp.Diff(map[string][]byte{"/usr/lib/motd": []byte("hello"), "/lib/motd": []byte("hello")}, files); diff != "" || err != nil {
			t.Errorf("files: %v\n%s", err, diff)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDirectoryUnknowns(t *testing.T) {
	root := rootFS(t)
	l, err := net.Listen("unix", filepath.Join(root, "s"))
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	defer l.Close()
	if err := os.WriteFile(filepath.Join(root, ".wh.bin"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{"0 /.wh.bin: deletion", "0 /s: socket"}
	if os.Getuid() != 0 {
		if err := os.Mkdir(filepath.Join(root, "secret"), 0); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "shadow"), nil, 0); err != nil {
			t.Fatal(err)
		}
		want = append(want, "0 /secret: permission denied", "0 /shadow: permission denied")
	}
	s, err := openRoot(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	inv := inventoryOf(t, s)
	slices.SortFunc(inv.Unknowns, func(a, b inventory.Unknown) int { return strings.Compare(a.Path, b.Path) })
	checkUnknowns(t, inv.Unknowns, want)
	if inv.Tree.Find("/bin") == nil {
		t.Error("a file named like a whiteout deleted a directory")
	}
}

// TestDirectoryShrinks cuts a file while it is read.
func TestDirectoryShrinks(t *testing.T) {
	root := t.TempDir()
	const size = 4 << 20
	big := filepath.Join(root, "big")
	if err := os.WriteFile(big, make([]byte, size), 0o644); err != nil {
		t.Fatal(err)
	}
	d := &directory{path: root}
	r, err := d.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head := make([]byte, 64<<10)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 1<<20); err != nil {
		t.Fatal(err)
	}
	s, err := scan(feedOf(t, io.MultiReader(bytes.NewReader(head), r)), 0, defaultLimits(), nil)
	if err != nil || unpackedEntries(t, s)[1].Size != size {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
	checkUnknowns(t, d.unread(), []string{"0 /big: taken as zeros"})
}

func TestDirectoryCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, err := openRoot(rootFS(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Inventory(ctx); err == nil {
		t.Error("no error")
	}
	if _, err := openRoot(filepath.Join(t.TempDir(), "x"), Options{}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("missing directory: %v", err)
	}
}
