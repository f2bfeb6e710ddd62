package ociruntime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// mount makes one mount of the configuration, from the container's view.
func (v views) mount(m specs.Mount) error {
	m.Destination = filepath.Join("/", m.Destination)
	o := parseMountOptions(m.Options)
	switch {
	case isBind(m):
		return v.bind(m, o)
	case m.Type == "cgroup" || m.Type == "cgroup2":
		return v.bindCgroups(m)
	}
	if m.Type == "proc" || m.Type == "sysfs" {
		// An image that has a link there would make the masks miss their aim.
		if fi, err := os.Lstat(m.Destination); err == nil && !fi.IsDir() {
			return errors.New("the mount point in the image is not a directory")
		}
	}
	if m.Type == "tmpfs" && !o.has("mode") {
		if fi, err := os.Stat(m.Destination); err == nil {
			o.data = append(o.data, fmt.Sprintf("mode=%o", modeBits(fi.Mode())))
		}
	}
	if err := makeDirs(m.Destination, 0o755); err != nil {
		return err
	}
	flags := o.set
	if readonlyDev(m) {
		flags &^= unix.MS_RDONLY // devices are still to be created in it
	}
	err := v.mountAt(m.Destination, m.Source, m.Type, flags, o.dataString())
	if errors.Is(err, unix.EPERM) && (m.Type == "proc" || m.Type == "sysfs") {
		// Without privileges over the network namespace, or below a /proc that
		// has masks of its own, only the host's can be shown.
		shown := map[string]string{"proc": "/proc", "sysfs": "/sys"}[m.Type]
		return v.bind(specs.Mount{Source: shown, Destination: m.Destination}, mountOptions{
			set: o.set&^(unix.MS_NOEXEC|unix.MS_NOSUID|unix.MS_NODEV) | unix.MS_BIND | unix.MS_REC,
		})
	}
	if err != nil {
		return err
	}
	return o.finish(m.Destination)
}

// mountAt calls mount(2) with the source seen from the host and the target, an
// existing path, seen from the container.
func (v views) mountAt(target, source, fstype string, flags uintptr, data string) error {
	fd, err := unix.Open(target, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: target, Err: err}
	}
	defer unix.Close(fd)
	return v.inHost(func() error {
		return unix.Mount(source, "/proc/self/fd/"+strconv.Itoa(fd), fstype, flags, data)
	})
}

// finish applies what mount(2) takes in separate calls.
func (o mountOptions) finish(target string) error {
	for _, p := range o.propagation {
		if err := unix.Mount("", target, "", p, ""); err != nil {
			return fmt.Errorf("setting propagation: %w", err)
		}
	}
	if o.recursive {
		if err := unix.MountSetattr(-1, target, unix.AT_RECURSIVE, &o.attr); err != nil {
			return fmt.Errorf("setting recursive options: %w", err)
		}
	}
	return nil
}

// bind shows a host file or directory in the container.
func (v views) bind(m specs.Mount, o mountOptions) error {
	var source os.FileInfo
	err := v.inHost(func() (err error) {
		source, err = os.Stat(m.Source)
		return err
	})
	if err != nil {
		return err
	}
	if err := makeMountPoint(m.Destination, source.IsDir()); err != nil {
		return err
	}
	how := uintptr(unix.MS_BIND) | o.set&unix.MS_REC
	if err := v.mountAt(m.Destination, m.Source, "", how, ""); err != nil {
		return err
	}
	const own = unix.MS_BIND | unix.MS_REC | unix.MS_SILENT
	if o.set&^own != 0 || o.clear != 0 {
		if err := remountExact(m.Destination, o.set&^own, o.clear); err != nil {
			return fmt.Errorf("applying mount options: %w", err)
		}
	}
	return o.finish(m.Destination)
}

// makeMountPoint creates a directory, or an empty file, where nothing is yet.
func makeMountPoint(path string, dir bool) error {
	if dir {
		return makeDirs(path, 0o755)
	}
	path, err := resolve(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// bindCgroups shows the host's cgroups, read-only throughout whatever the
// options say: this runtime manages none. Where the kernel can't make a tree of
// mounts read-only (before 5.12), or the host has no cgroups, none are shown.
func (v views) bindCgroups(m specs.Mount) error {
	const host = "/sys/fs/cgroup"
	err := v.inHost(func() error {
		_, err := os.Stat(host)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := makeDirs(m.Destination, 0o755); err != nil {
		return err
	}
	if err := v.mountAt(m.Destination, host, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC}
	err = unix.MountSetattr(-1, m.Destination, unix.AT_RECURSIVE, &attr)
	if errors.Is(err, unix.ENOSYS) {
		return unix.Unmount(m.Destination, unix.MNT_DETACH)
	}
	return err
}

// remount adds flags to a mount and keeps those it has.
func remount(path string, flags uintptr) error {
	return remountExact(path, flags, 0)
}

// remountExact sets and clears flags of a mount. Flags that are not mentioned
// stay: a bind remount would reset them, and inside a user namespace the
// kernel refuses to reset those the host has set.
func remountExact(path string, set, clear uintptr) error {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return err
	}
	kept := statfsFlags(uintptr(st.Flags))
	const atime = unix.MS_NOATIME | unix.MS_RELATIME | unix.MS_STRICTATIME
	flags := kept&^clear | set
	switch {
	case set&atime != 0: // the three exclude each other
		flags = flags&^atime | set
	case flags&atime == 0: // none at all would mean "as it was"
		flags |= unix.MS_RELATIME
	}
	err := unix.Mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|flags, "")
	if errors.Is(err, unix.EPERM) && flags != kept|set {
		return unix.Mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|kept|set, "")
	}
	return err
}

// statfsFlags translates a mount's flags as statfs(2) reports them to those of
// mount(2). All but relatime have the same value.
func statfsFlags(st uintptr) uintptr {
	const same = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC |
		unix.MS_NOATIME | unix.MS_NODIRATIME
	flags := st & same
	if st&unix.ST_RELATIME != 0 {
		flags |= unix.MS_RELATIME
	}
	if flags&(unix.MS_NOATIME|unix.MS_RELATIME) == 0 {
		flags |= unix.MS_STRICTATIME
	}
	return flags
}

// readonlyDev reports whether m is a read-only tmpfs on /dev, which becomes
// read-only once the devices are in it.
func readonlyDev(m specs.Mount) bool {
	return m.Type == "tmpfs" && filepath.Join("/", m.Destination) == "/dev" &&
		parseMountOptions(m.Options).set&unix.MS_RDONLY != 0
}

// modeBits translates permission bits with sticky, set-user-id and set-group-id
// to the kernel's numbers.
func modeBits(m os.FileMode) uint32 {
	bits := uint32(m.Perm())
	if m&os.ModeSticky != 0 {
		bits |= unix.S_ISVTX
	}
	if m&os.ModeSetgid != 0 {
		bits |= unix.S_ISGID
	}
	if m&os.ModeSetuid != 0 {
		bits |= unix.S_ISUID
	}
	return bits
}
