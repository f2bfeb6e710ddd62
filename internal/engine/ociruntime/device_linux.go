package ociruntime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// ownsDev reports whether /dev is the container's to fill, rather than a
// directory of the host bound there.
func ownsDev(spec *specs.Spec) bool {
	for _, m := range spec.Mounts {
		if filepath.Join("/", m.Destination) == "/dev" && isBind(m) {
			return false
		}
	}
	return true
}

// standardDevices are those that every container has; see the runtime
// specification, config-linux.md, "Default Devices".
func standardDevices() []specs.LinuxDevice {
	mode := os.FileMode(0o666)
	dev := func(name string, major, minor int64) specs.LinuxDevice {
		return specs.LinuxDevice{Path: "/dev/" + name, Type: "c", Major: major, Minor: minor, FileMode: &mode}
	}
	return []specs.LinuxDevice{
		dev("null", 1, 3), dev("zero", 1, 5), dev("full", 1, 7),
		dev("random", 1, 8), dev("urandom", 1, 9), dev("tty", 5, 0),
	}
}

// createDevices fills /dev. A device of the configuration takes the place of a
// standard one.
func (v views) createDevices(extra []specs.LinuxDevice) error {
	given := map[string]bool{}
	for _, d := range extra {
		given[filepath.Clean(d.Path)] = true
	}
	for _, d := range standardDevices() {
		if !given[d.Path] {
			extra = append(extra, d)
		}
	}
	for _, d := range extra {
		if err := v.createDevice(d); err != nil {
			return fmt.Errorf("creating device %s: %w", d.Path, err)
		}
	}
	return createDevLinks()
}

func (v views) createDevice(d specs.LinuxDevice) error {
	mode, err := deviceMode(d)
	if err != nil {
		return err
	}
	if err := makeDirs(filepath.Dir(d.Path), 0o755); err != nil {
		return err
	}
	err = unix.Mknod(d.Path, mode, int(unix.Mkdev(uint32(d.Major), uint32(d.Minor))))
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, unix.EPERM): // in a user namespace: show the host's
		return v.bind(specs.Mount{Source: d.Path, Destination: d.Path}, mountOptions{set: unix.MS_BIND})
	case err != nil:
		return err
	}
	var uid, gid int
	if d.UID != nil {
		uid = int(*d.UID)
	}
	if d.GID != nil {
		gid = int(*d.GID)
	}
	return os.Lchown(d.Path, uid, gid)
}

// deviceMode returns the mode for mknod(2), type and permissions.
func deviceMode(d specs.LinuxDevice) (uint32, error) {
	if !filepath.IsAbs(d.Path) || strings.ContainsRune(d.Path, 0) {
		return 0, fmt.Errorf("device path %q is not absolute", d.Path)
	}
	mode := uint32(0o666)
	if d.FileMode != nil {
		mode = modeBits(*d.FileMode)
	}
	switch d.Type {
	case "c", "u":
		return mode | unix.S_IFCHR, nil
	case "b":
		return mode | unix.S_IFBLK, nil
	case "p":
		return mode | unix.S_IFIFO, nil
	}
	return 0, fmt.Errorf("unknown type %q of device %s", d.Type, d.Path)
}

// createDevLinks adds the links that programs expect in /dev. What the image
// or a mount has there already stays, except that ptmx must lead to the
// container's own terminals.
func createDevLinks() error {
	links := []struct{ name, target string }{
		{"/dev/fd", "/proc/self/fd"},
		{"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"},
		{"/dev/stderr", "/proc/self/fd/2"},
	}
	if _, err := os.Stat("/proc/kcore"); err == nil {
		links = append(links, struct{ name, target string }{"/dev/core", "/proc/kcore"})
	}
	for _, l := range links {
		if err := os.Symlink(l.target, l.name); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("creating %s: %w", l.name, err)
		}
	}
	if err := os.Remove("/dev/ptmx"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replacing /dev/ptmx: %w", err)
	}
	if err := os.Symlink("pts/ptmx", "/dev/ptmx"); err != nil {
		return fmt.Errorf("creating /dev/ptmx: %w", err)
	}
	return nil
}
