package ociruntime

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// underMask is the test binary's fourth part: in a mount namespace of its own
// it covers a file of /proc, as an outer container does, and runs its arguments
// as asUser. The kernel then refuses a fresh /proc, which would uncover the file.
func underMask(args []string) error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("detaching mounts: %w", err)
	}
	if err := unix.Mount("/dev/null", "/proc/version", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("covering /proc/version: %w", err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = asUser()
	return cmd.Run()
}

// asUser starts a process as the embedded engine does for a normal user: as
// root of a user namespace with that user's id and subordinate ones.
func asUser() *syscall.SysProcAttr {
	ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: user, Size: 1}, {ContainerID: 1, HostID: 100000, Size: 65535}}
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: ids, GidMappings: ids, GidMappingsEnableSetgroups: true,
		Credential: &syscall.Credential{},
	}
}

// user is the normal user that the tests take for their own.
const user = 1000

// rootless turns a box into one whose runtime is called asUser, and underMask
// where that is asked for.
func (b *box) rootless(masked bool) {
	b.t.Helper()
	for dir := b.bundle; strings.HasPrefix(dir, os.TempDir()+"/"); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	err := filepath.WalkDir(filepath.Dir(b.bundle), func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, user, user))
	})
	if err != nil {
		b.t.Fatal(err)
	}
	// The user can't reach the test binary in its build directory; the copy in
	// the root file system serves.
	if err := replaceLink(b.path("bin/probe"), b.argv[0]); err != nil {
		b.t.Fatal(err)
	}
	b.attr = asUser()
	if masked {
		link := filepath.Join(filepath.Dir(b.argv[0]), "undermask")
		if err := replaceLink(b.path("bin/probe"), link); err != nil {
			b.t.Fatal(err)
		}
		b.argv = append([]string{link}, b.argv...)
		b.attr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	}
}

func TestRootless(t *testing.T) {
	hostNet := func(s *specs.Spec) { s.Linux.Namespaces = s.Linux.Namespaces[:4] }
	tests := []struct {
		name     string
		edit     func(*specs.Spec)
		masked   bool
		pid      int    // 1, or 0 for a pid of the host's /proc
		contains string // in the list of mounts
	}{
		{"own network", nil, false, 1, "/sys ro,nosuid,nodev,noexec,relatime sysfs"},
		// Neither can be mounted then: the host's is shown.
		{"host network", hostNet, false, 1, "/sys ro"},
		{"below a masked proc", nil, true, 1, "/proc/version"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, func(s *specs.Spec) {
				s.Process.User = specs.User{UID: 33, GID: 33, AdditionalGids: []uint32{42}}
				score := -500
				s.Process.OOMScoreAdj = &score
				if tc.edit != nil {
					tc.edit(s)
				}
			})
			b.rootless(tc.masked)
			got := b.see("c")
			if got.UID != 33 || got.GID != 33 || !cmp.Equal(got.Groups, []int{42}) || got.Pid != tc.pid {
				t.Errorf("got %+v", got)
			}
			if all := strings.Join(got.Mounts, "\n"); !strings.Contains(all, tc.contains) {
				t.Errorf("no %q in the mounts:\n%s", tc.contains, all)
			}
			if len(got.Dev) < 13 {
				t.Errorf("devices %q", got.Dev)
			}
		})
	}
}

// TestRootlessExec joins a container from the user namespace that made it.
func TestRootlessExec(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	b.rootless(false)
	// The engine's processes share one user namespace; here a helper holds it.
	holder := exec.Command("/bin/sleep", "3600")
	holder.SysProcAttr = b.attr
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Process.Kill(); holder.Wait() })
	enter, err := exec.LookPath("nsenter")
	if err != nil {
		t.Skip("no nsenter to join the user namespace with")
	}
	b.attr = nil
	b.argv = append([]string{enter, "-t", fmt.Sprint(holder.Process.Pid), "-U", "-m", "-S", "0", "-G", "0", "--"}, b.argv...)
	b.start("c")
	p := buildkitSpec().Process
	r := b.exec("c", p)
	if r.code != 0 {
		t.Fatalf("exec: %+v", r)
	}
	if got := parseSight(t, r.out); got.UID != 0 || got.Hostname != "buildkitsandbox" || got.Pid == 1 {
		t.Errorf("got %+v", got)
	}
}
