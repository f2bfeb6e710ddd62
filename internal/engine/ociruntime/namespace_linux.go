package ociruntime

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
	"schlank/internal/bounded"
)

// namespaceFlags maps the namespace types this runtime knows to clone flags.
func namespaceFlags() map[specs.LinuxNamespaceType]int {
	return map[specs.LinuxNamespaceType]int{
		specs.PIDNamespace:     unix.CLONE_NEWPID,
		specs.NetworkNamespace: unix.CLONE_NEWNET,
		specs.MountNamespace:   unix.CLONE_NEWNS,
		specs.IPCNamespace:     unix.CLONE_NEWIPC,
		specs.UTSNamespace:     unix.CLONE_NEWUTS,
		specs.UserNamespace:    unix.CLONE_NEWUSER,
		specs.CgroupNamespace:  unix.CLONE_NEWCGROUP,
	}
}

// hasNew reports whether the container gets a namespace of its own of type t.
func hasNew(l *specs.Linux, t specs.LinuxNamespaceType) bool {
	for _, ns := range l.Namespaces {
		if ns.Type == t {
			return ns.Path == ""
		}
	}
	return false
}

// enterNamespaces makes the calling thread, which must be locked, a member of
// the namespaces given by path, so that a child forked from it is too. It
// returns the clone flags for those that are to be new.
func enterNamespaces(l *specs.Linux) (cloneFlags uintptr, err error) {
	flags := namespaceFlags()
	for _, ns := range l.Namespaces {
		if ns.Path == "" {
			cloneFlags |= uintptr(flags[ns.Type])
			continue
		}
		if err := setns(ns.Path, flags[ns.Type]); err != nil {
			return 0, fmt.Errorf("joining the %s namespace: %w", ns.Type, err)
		}
	}
	return cloneFlags, nil
}

func setns(path string, flag int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), flag); err != nil {
		return &os.PathError{Op: "setns", Path: path, Err: err}
	}
	return nil
}

// joinContainer makes the calling locked thread a member of all namespaces of
// process pid but two. The mount namespace is returned as an open file, for the
// second stage to join: the program's own binary must stay in reach until that
// stage runs. A user namespace can't be joined by a threaded program.
func joinContainer(pid int) (mountNS *os.File, err error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "ns")
	for _, name := range []string{"user", "ipc", "uts", "net", "cgroup", "pid"} {
		theirs, ours := filepath.Join(dir, name), filepath.Join("/proc/thread-self/ns", name)
		same, err := sameFile(theirs, ours)
		if err != nil {
			return nil, fmt.Errorf("looking at the %s namespace: %w", name, err)
		}
		if same {
			continue
		}
		if name == "user" {
			return nil, fmt.Errorf("the container has a user namespace of its own: exec into it is not supported by the built-in runtime, install runc")
		}
		if err := setns(theirs, 0); err != nil {
			return nil, fmt.Errorf("joining the %s namespace: %w", name, err)
		}
	}
	return os.Open(filepath.Join(dir, "mnt"))
}

func sameFile(a, b string) (bool, error) {
	as, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	bs, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(as, bs), nil
}

// userNamespace fills in what a child in a new user namespace needs: the maps,
// and to become root there, because the exec of the second stage would drop the
// capabilities of any other id.
func userNamespace(attr *syscall.SysProcAttr, l *specs.Linux) {
	attr.UidMappings = idMaps(l.UIDMappings)
	attr.GidMappings = idMaps(l.GIDMappings)
	attr.GidMappingsEnableSetgroups = os.Geteuid() == 0
	attr.Credential = &syscall.Credential{NoSetGroups: os.Geteuid() != 0}
}

func idMaps(in []specs.LinuxIDMapping) []syscall.SysProcIDMap {
	var out []syscall.SysProcIDMap
	for _, m := range in {
		out = append(out, syscall.SysProcIDMap{
			ContainerID: int(m.ContainerID), HostID: int(m.HostID), Size: int(m.Size),
		})
	}
	return out
}

// inUserNamespace reports whether the process is in a user namespace other
// than the initial one, whose map is the identity over all ids.
func inUserNamespace() bool {
	b, err := bounded.ReadFile("/proc/self/uid_map", 1<<16)
	if err != nil {
		return false
	}
	var inside, outside, size uint32
	_, err = fmt.Sscan(string(b), &inside, &outside, &size)
	return err != nil || inside != 0 || outside != 0 || size != 1<<32-1
}
