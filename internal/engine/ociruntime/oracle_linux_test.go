package ociruntime

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// TestSameAsRunc runs the same configurations with runc and compares all that
// a process can see.
func TestSameAsRunc(t *testing.T) {
	needRoot(t)
	runc, err := exec.LookPath("runc")
	if err != nil {
		t.Skip("no runc on PATH to compare with")
	}
	umask := uint32(0o027)
	oom := 500
	tests := map[string]func(*specs.Spec){
		"as BuildKit": nil,
		"user": func(s *specs.Spec) {
			s.Process.User = specs.User{UID: 1000, GID: 1001, AdditionalGids: []uint32{7, 1002}, Umask: &umask}
			s.Process.Cwd = "/made/for/it"
			s.Process.Env = append(s.Process.Env, "A=2", "HOME=")
		},
		"read-only root": func(s *specs.Spec) {
			s.Root.Readonly = true
			s.Process.NoNewPrivileges = true
			s.Process.OOMScoreAdj = &oom
			s.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 512, Hard: 512}}
		},
		"read-only dev": func(s *specs.Spec) {
			s.Mounts[1].Options = append(s.Mounts[1].Options, "ro")
		},
		"ambient capabilities": func(s *specs.Spec) {
			c := s.Process.Capabilities
			c.Inheritable, c.Ambient = c.Permitted, []string{"CAP_CHOWN", "CAP_KILL"}
			s.Process.User.UID = 1000
		},
		"ambient without inheritable": func(s *specs.Spec) {
			s.Process.Capabilities.Ambient = []string{"CAP_CHOWN"}
			s.Process.User.UID = 1000
		},
		"private root": func(s *specs.Spec) { s.Linux.RootfsPropagation = "private" },
		"devices": func(s *specs.Spec) {
			mode, id := os.FileMode(0o640), uint32(5)
			s.Linux.Resources = &specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{Allow: true, Access: "rwm"}}}
			s.Linux.Devices = []specs.LinuxDevice{
				{Path: "/dev/own", Type: "c", Major: 1, Minor: 5, FileMode: &mode, GID: &id},
				{Path: "/dev/null", Type: "c", Major: 1, Minor: 3, FileMode: &mode},
				{Path: "/dev/disk", Type: "b", Major: 7, Minor: 100},
			}
		},
		"no capabilities": func(s *specs.Spec) { s.Process.Capabilities = nil },
		"binds": func(s *specs.Spec) {
			s.Mounts = append(s.Mounts,
				specs.Mount{Destination: "/new/dir", Type: "bind", Source: "/usr", Options: []string{"rbind", "ro"}},
				specs.Mount{Destination: "/new/file", Type: "bind", Source: "/etc/hostname", Options: []string{"bind"}},
				specs.Mount{Destination: "/slave", Type: "bind", Source: "/usr", Options: []string{"bind", "rslave", "nosuid", "noatime"}},
				specs.Mount{Destination: "/shared", Type: "bind", Source: "/usr", Options: []string{"rbind", "rshared"}},
				specs.Mount{Destination: "/scratch", Type: "tmpfs", Source: "tmpfs", Options: []string{"size=1m", "noexec"}},
				specs.Mount{Destination: "/tmp", Type: "tmpfs", Source: "tmpfs"},
			)
		},
		"host network and dev": func(s *specs.Spec) {
			s.Linux.Namespaces = s.Linux.Namespaces[:4]
			s.Mounts = append(s.Mounts[:1], specs.Mount{Destination: "/dev", Type: "bind", Source: "/dev", Options: []string{"rbind"}})
			s.Linux.MaskedPaths, s.Linux.ReadonlyPaths = nil, nil
		},
	}
	for name, edit := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, edit)
			ours := b.see("c")
			b = newBox(t, edit)
			b.argv = []string{runc, "--root", filepath.Join(t.TempDir(), "runc")}
			theirs := b.see(fmt.Sprintf("schlank-oracle-%d", os.Getpid()))
			clean(&ours)
			clean(&theirs)
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Errorf("runc (-) and the built-in runtime (+) differ:\n%s", diff)
			}
		})
	}
}

// clean removes what differs by design: the inside of the cgroup mount.
func clean(s *sight) {
	var kept []string
	for _, m := range s.Mounts {
		if !strings.HasPrefix(m, "/sys/fs/cgroup") {
			kept = append(kept, m)
		}
	}
	s.Mounts = kept
}

func TestInstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "dir")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/gone", filepath.Join(dir, Name)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		path, err := Install(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !Is(path) {
			t.Errorf("Is(%q) is false", path)
		}
		same, err := sameFile(path, "/proc/self/exe")
		if err != nil || !same {
			t.Errorf("%s is not this program: %v", path, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, want the link alone: %v", entries, err)
	}
}
