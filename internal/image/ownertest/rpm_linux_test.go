package ownertest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"schlank/internal/engine/enginetest"
	"schlank/internal/image"
	"schlank/inventory"
)

// TestRPM compares owners with what `rpm -qf` says, in a root that rpm's own
// tools made. It needs no engine.
func TestRPM(t *testing.T) {
	for _, tool := range []string{"rpm", "rpmbuild"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s on this machine", tool)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("rpm needs to be root to install packages into a directory")
	}
	root := rpmRoot(t)
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.AddFS(os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layout := filepath.Join(t.TempDir(), "layout")
	if err := enginetest.WriteLayout(layout, map[string]enginetest.Image{"rpm": {Layers: [][]byte{b.Bytes()}}}); err != nil {
		t.Fatal(err)
	}
	src, err := image.OpenLayout(layout, "rpm", image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	img, err := src.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(img.Unknowns) > 0 {
		t.Errorf("unknowns: %v", img.Unknowns)
	}
	var diffs []string
	owned := 0
	for i := range img.Tree {
		f := &img.Tree[i]
		if f.Kind == inventory.KindDir {
			continue
		}
		out, _ := exec.Command("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-qf", "--qf", "%{NAME}", f.Path).Output()
		want := string(out)
		if strings.Contains(want, "is not owned by any package") {
			want = ""
		}
		got := ""
		if f.Owner >= 0 {
			got = img.Packages[f.Owner].Name
			owned++
		}
		if got != want {
			diffs = append(diffs, fmt.Sprintf("%s: owner %q, rpm says %q", f.Path, got, want))
		}
	}
	t.Logf("%d paths owned", owned)
	if owned < 100 {
		t.Errorf("only %d paths have owners", owned)
	}
	differences(t, "differences to rpm -qf", diffs)
}

// rpmRoot builds packages and installs them into a directory.
func rpmRoot(t *testing.T) string {
	t.Helper()
	root, top := t.TempDir(), t.TempDir()
	command := func(name string, args ...string) {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	specs, err := filepath.Glob("../../pkgdb/rpm/testdata/*.spec")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no specs: %v", err)
	}
	for _, spec := range specs {
		command("rpmbuild", "--quiet", "-bb", "--define", "_topdir "+top, spec)
	}
	packages, err := filepath.Glob(filepath.Join(top, "RPMS", "noarch", "*.rpm"))
	if err != nil || len(packages) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(root, "var/lib/rpm"), 0o755); err != nil {
		t.Fatal(err)
	}
	command("rpm", append([]string{"--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", "--noscripts", "-i"}, packages...)...)
	return root
}
