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

// defaultUmask is the container's when the configuration has none.
const defaultUmask = 0o022

// views switches the process between the host's and the container's root
// directory while the container's is being built. Inside the container's, the
// kernel itself resolves the image's symlinks and can't be led out of it;
// inside the host's, mount sources have the meaning the caller gave them.
type views struct{ host, container int } // O_PATH directories

func openViews(rootfs string) (v views, err error) {
	v.host, err = unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return v, &os.PathError{Op: "open", Path: "/", Err: err}
	}
	v.container, err = unix.Open(rootfs, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		unix.Close(v.host)
		return v, &os.PathError{Op: "open", Path: rootfs, Err: err}
	}
	return v, nil
}

func (v views) close() {
	unix.Close(v.host)
	unix.Close(v.container)
}

// enter makes dir, one of the two, the root and the working directory.
func (v views) enter(dir int) error {
	if err := unix.Fchdir(dir); err != nil {
		return fmt.Errorf("changing the root directory: %w", err)
	}
	if err := unix.Chroot("."); err != nil {
		return fmt.Errorf("changing the root directory: %w", err)
	}
	return nil
}

// inHost runs f with the host's root directory, and returns to the container's.
func (v views) inHost(f func() error) error {
	if err := v.enter(v.host); err != nil {
		return err
	}
	return errors.Join(f(), v.enter(v.container))
}

// setUpRootfs builds the container's file system and makes it the root of the
// mount namespace.
func setUpRootfs(spec *specs.Spec, noPivot bool) error {
	unix.Umask(0) // mount points and devices get exactly the modes asked for
	rootfs := spec.Root.Path
	if err := detachPropagation(spec.Linux.RootfsPropagation); err != nil {
		return err
	}
	// pivot_root wants a mount point, and a read-only remount must not reach
	// the caller's own mount.
	if err := unix.Mount(rootfs, rootfs, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("binding the root file system %s: %w", rootfs, err)
	}
	v, err := openViews(rootfs)
	if err != nil {
		return err
	}
	defer v.close()
	if err := v.enter(v.container); err != nil {
		return err
	}
	if err := v.populate(spec); err != nil {
		return err
	}
	if err := v.enter(v.host); err != nil {
		return err
	}
	if err := v.switchRoot(noPivot); err != nil {
		return err
	}
	return finishRootfs(spec)
}

// populate creates mounts, devices and the working directory. The container's
// view is entered.
func (v views) populate(spec *specs.Spec) error {
	for _, m := range spec.Mounts {
		if err := v.mount(m); err != nil {
			return fmt.Errorf("mounting %s on %s: %w", describe(m), m.Destination, err)
		}
	}
	if ownsDev(spec) {
		if err := v.createDevices(spec.Linux.Devices); err != nil {
			return err
		}
	}
	if err := makeDirs(spec.Process.Cwd, 0o755); err != nil {
		return fmt.Errorf("creating the working directory: %w", err)
	}
	return nil
}

// describe names a mount in an error.
func describe(m specs.Mount) string {
	if isBind(m) {
		return m.Source
	}
	return m.Type
}

// detachPropagation keeps mounts of the container from reaching the host; the
// host's still reach the container unless it asks for private ones.
func detachPropagation(want string) error {
	flags := uintptr(unix.MS_SLAVE | unix.MS_REC)
	if strings.HasSuffix(want, "private") {
		flags = unix.MS_PRIVATE | unix.MS_REC
	}
	if err := unix.Mount("", "/", "", flags, ""); err != nil {
		return fmt.Errorf("detaching mounts from the host's: %w", err)
	}
	return nil
}

// switchRoot makes the container's tree the root of the mount namespace.
func (v views) switchRoot(noPivot bool) error {
	if err := unix.Fchdir(v.container); err != nil {
		return fmt.Errorf("entering the root file system: %w", err)
	}
	if noPivot {
		if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
			return fmt.Errorf("moving the root file system: %w", err)
		}
	} else {
		// With the same directory twice the old root ends up stacked on the new
		// one, and no directory in the image is needed to hold it; see pivot_root(2).
		if err := unix.PivotRoot(".", "."); err != nil {
			return fmt.Errorf("pivoting to the root file system: %w", err)
		}
		if err := unix.Fchdir(v.host); err != nil {
			return fmt.Errorf("leaving the host's file system: %w", err)
		}
		if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
			return fmt.Errorf("leaving the host's file system: %w", err)
		}
		if err := unix.Fchdir(v.container); err != nil {
			return fmt.Errorf("entering the root file system: %w", err)
		}
	}
	return v.enter(v.container)
}

// finishRootfs does what must come after all mounts, in the container's root.
func finishRootfs(spec *specs.Spec) error {
	l := spec.Linux
	for _, m := range spec.Mounts {
		if readonlyDev(m) {
			if err := remount(m.Destination, unix.MS_RDONLY); err != nil {
				return fmt.Errorf("making %s read-only: %w", m.Destination, err)
			}
		}
	}
	if spec.Root.Readonly {
		if err := remount("/", unix.MS_RDONLY); err != nil {
			return fmt.Errorf("making the root file system read-only: %w", err)
		}
	}
	for _, p := range l.ReadonlyPaths {
		if err := readonlyPath(p); err != nil {
			return fmt.Errorf("making %s read-only: %w", p, err)
		}
	}
	for _, p := range l.MaskedPaths {
		if err := maskPath(p); err != nil {
			return fmt.Errorf("masking %s: %w", p, err)
		}
	}
	unix.Umask(defaultUmask)
	return nil
}

// readonlyPath makes an existing path a read-only mount of itself.
func readonlyPath(path string) error {
	err := unix.Mount(path, path, "", unix.MS_BIND|unix.MS_REC, "")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return remount(path, unix.MS_RDONLY)
}

// maskPath hides an existing file behind /dev/null and an existing directory
// behind an empty one.
func maskPath(path string) error {
	err := unix.Mount("/dev/null", path, "", unix.MS_BIND, "")
	switch {
	case errors.Is(err, unix.ENOTDIR): // a file can't cover a directory
		return unix.Mount("tmpfs", path, "tmpfs", unix.MS_RDONLY, "")
	case errors.Is(err, fs.ErrNotExist):
		return maskWithoutNull(path)
	}
	return err
}

// maskWithoutNull masks in a container that has no /dev/null, where the missing
// file may be either of the two.
func maskWithoutNull(path string) error {
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if fi.IsDir() {
		return unix.Mount("tmpfs", path, "tmpfs", unix.MS_RDONLY, "")
	}
	return fmt.Errorf("no /dev/null in the container to mask it with")
}

// makeDirs is os.MkdirAll that also creates what dangling symlinks on the way
// point to, as the image may be meant to be completed by mounts.
func makeDirs(path string, mode os.FileMode) error {
	real, err := resolve(path)
	if err != nil {
		return err
	}
	return os.MkdirAll(real, mode)
}

// resolve follows the symlinks of an absolute path in the current root, also
// when what they point to does not exist, and returns a path without any.
func resolve(path string) (string, error) {
	const maxLinks = 255
	links := 0
	done, todo := "/", filepath.Clean("/"+path)
	for todo != "" && todo != "/" {
		var part string
		part, todo = firstPart(todo)
		next := filepath.Join(done, part) // cleans "..", which can't leave the root
		target, err := os.Readlink(next)
		if err != nil { // not a link, or not there
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", &os.PathError{Op: "resolve", Path: path, Err: unix.ELOOP}
		}
		if filepath.IsAbs(target) {
			done = "/"
		}
		todo = target + "/" + todo
	}
	return done, nil
}

// firstPart splits a path after its first component.
func firstPart(path string) (first, rest string) {
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	for i := range len(path) {
		if path[i] == '/' {
			return path[:i], path[i+1:]
		}
	}
	return path, ""
}
