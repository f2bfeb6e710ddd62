package enginetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/internal/engine/basestore"
)

// Base is the reference of the base image that Bases serves. It has a shell,
// two layers and the stand-in label.
const Base = "busybox"

// StandIn is the stand-in label of Base.
const StandIn = "made by the tests"

// BaseLayers is the number of layers of Base.
const BaseLayers = 2

// Bases is the directory of a base store that holds Base, made of the
// machine's static busybox or else of Alpine's mini root file system.
func Bases(t testing.TB) string {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.bases != "" {
		return shared.bases
	}
	rootfs, err := shellLayer()
	if errors.Is(err, errNoShell) {
		Skip(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	accounts := Layer(
		File{Name: "etc/", Mode: 0o755},
		File{Name: "etc/passwd", Mode: 0o644, Body: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"},
		File{Name: "etc/group", Mode: 0o644, Body: "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n"},
		File{Name: "tmp/", Mode: 0o777 | os.ModeSticky},
	)
	dir := filepath.Join(shared.dir, "bases")
	config := ocispecs.ImageConfig{
		Env:    []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "FROM_BASE=yes"},
		Cmd:    []string{"sh"},
		Labels: map[string]string{basestore.LabelStandIn: StandIn},
	}
	if err := WriteLayout(dir, map[string]Image{Base: {Layers: [][]byte{rootfs, accounts}, Config: config}}); err != nil {
		t.Fatal(err)
	}
	shared.bases = dir
	return dir
}

var errNoShell = errors.New("there is no shell to make a base image of: install busybox-static")

// shellLayer is an uncompressed layer with /bin/sh and the usual commands.
func shellLayer() ([]byte, error) {
	if path, err := exec.LookPath("busybox"); err == nil && static(path) {
		return busyboxLayer(path)
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	m, _ := filepath.Glob(filepath.Join(root, "..", "shared", "alpine", "alpine-minirootfs-*.tar.gz"))
	if len(m) == 0 {
		return nil, errNoShell
	}
	f, err := os.Open(m[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// static reports whether a program needs no shared libraries.
func static(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	return err == nil && len(libs) == 0
}

func busyboxLayer(path string) ([]byte, error) {
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	names, err := exec.Command(path, "--list").Output()
	if err != nil {
		return nil, fmt.Errorf("asking busybox for its commands: %w", err)
	}
	files := []File{{Name: "bin/", Mode: 0o755}, {Name: "bin/busybox", Mode: 0o755, Body: string(program)}}
	for _, n := range strings.Fields(string(names)) {
		if n != "busybox" {
			files = append(files, File{Name: "bin/" + n, Link: "busybox"})
		}
	}
	return Layer(files...), nil
}

// File is an entry of a layer: a directory when its name ends in a slash, a
// symbolic link when Link is set.
type File struct {
	Name, Body, Link string
	Mode             os.FileMode
	UID, GID         int
}

// Layer makes an uncompressed layer.
func Layer(files ...File) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Typeflag: tar.TypeReg, Mode: int64(f.Mode.Perm()), Size: int64(len(f.Body)), Uid: f.UID, Gid: f.GID}
		if f.Mode&os.ModeSticky != 0 {
			h.Mode |= 0o1000
		}
		switch {
		case f.Link != "":
			h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Link, 0o777
		case strings.HasSuffix(f.Name, "/"):
			h.Typeflag = tar.TypeDir
		}
		// Writing to memory with sizes that fit cannot fail.
		_ = w.WriteHeader(h)
		_, _ = io.WriteString(w, f.Body)
	}
	_ = w.Close()
	return b.Bytes()
}

// moduleRoot is the nearest directory upwards that holds a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the test does not run inside the module")
		}
	}
}
