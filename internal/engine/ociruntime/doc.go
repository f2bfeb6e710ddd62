// Package ociruntime is a small container runtime in pure Go that understands
// the part of runc's command line that BuildKit's executor uses: run, exec,
// kill, delete and state. The embedded engine falls back to it when no runc is
// installed, so that a single static binary can execute RUN instructions.
//
// It works by re-executing the program: a symlink called [Name] points to the
// program's own binary, the program's main function asks [Is] and hands over
// to Main. `run` then starts a second stage of itself inside new namespaces,
// which builds the container's file system view, takes the identity of the
// container's process and finally executes it as process 1.
//
// # A fallback, not a security boundary
//
// Applied: pid, mount, ipc, uts, network, cgroup and user namespaces, the root
// file system with all mounts and devices, masked and read-only paths,
// capabilities, ids and groups, umask, rlimits, no_new_privs and oom_score_adj.
//
// Not applied, and silently so because BuildKit asks for them by default:
// cgroups (no resource limits, no device filter; a cgroup mount becomes a
// read-only view of the host's), seccomp, sysctls, AppArmor and SELinux.
//
// Killing run with SIGKILL ends its container, by the parent-death signal. A
// set-user-id program executed as process 1 sheds that signal; the container is
// then ended by delete --force, which whoever starts after a crash should call.
//
// It is meant for building one's own Dockerfile. Whoever builds what strangers
// wrote should install runc, or use a remote engine.
//
// Refused with an error: terminals, hooks, id-mapped mounts, time namespaces,
// joining an existing mount or user namespace, scheduler and I/O priorities.
//
// The package imports golang.org/x/sys/unix and the runtime specification's
// types, nothing else of the module. Everything but [Name] and [Is] exists on
// Linux only.
package ociruntime

import "path/filepath"

// Name is the base name under which the program acts as the runtime.
const Name = "schlank-runc"

// Is reports whether a program started as argv0 is to act as the runtime.
func Is(argv0 string) bool {
	return filepath.Base(argv0) == Name
}
