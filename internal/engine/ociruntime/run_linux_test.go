package ociruntime

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func args(a ...string) func(*specs.Spec) {
	return func(s *specs.Spec) { s.Process.Args = a }
}

func TestRunExit(t *testing.T) {
	tests := []struct {
		name string
		edit func(*specs.Spec)
		want result // err: a part of it
	}{
		{"output", args("probe", "echo", "a", "b c"), result{out: "a b c\n"}},
		{"absolute path", args("/bin/probe", "echo", "x"), result{out: "x\n"}},
		{"exit code", args("probe", "exit", "7"), result{code: 7}},
		{"stderr", args("probe", "nonsense"), result{code: 1, err: `probe: unknown verb "nonsense"`}},
		{"no such program", args("gone"), result{code: 1, err: `running container c: executing gone: no such file or directory in PATH "/usr/bin:/bin"`}},
		{"no such path", args("/bin/gone"), result{code: 1, err: "executing /bin/gone: no such file or directory"}},
		{"a directory", args("/bin"), result{code: 1, err: "executing /bin: permission denied"}},
		{"no known format", args("/bin/text"), result{code: 1, err: "executing /bin/text: exec format error"}},
		{"no interpreter", args("/bin/script"), result{code: 1, err: "the interpreter or loader it names does not"}},
		{"not executable", args("/etc/passwd"), result{code: 1, err: "executing /etc/passwd: permission denied"}},
		{"no rootfs", func(s *specs.Spec) { s.Root.Path = "gone" }, result{code: 1, err: "finding the root file system"}},
		{"no source", func(s *specs.Spec) {
			s.Mounts = append(s.Mounts, specs.Mount{Destination: "/x", Type: "bind", Source: "/gone"})
		}, result{code: 1, err: "mounting /gone on /x: stat /gone: no such file or directory"}},
		{"unknown file system", func(s *specs.Spec) {
			s.Mounts = append(s.Mounts, specs.Mount{Destination: "/x", Type: "nofs", Source: "none"})
		}, result{code: 1, err: "mounting nofs on /x: no such device"}},
		{"terminal", func(s *specs.Spec) { s.Process.Terminal = true }, result{code: 1, err: "terminals are not supported by the built-in runtime"}},
		{"working directory is a file", func(s *specs.Spec) { s.Process.Cwd = "/etc/passwd" }, result{code: 1, err: "creating the working directory"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, tc.edit)
			b.writeFile("bin/text", "text")
			b.writeFile("bin/script", "#!/bin/gone\n")
			for _, name := range []string{"bin/text", "bin/script"} {
				if err := os.Chmod(b.path(name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			got := b.run("c")
			if !strings.Contains(got.err, tc.want.err) || (tc.want.err == "") != (got.err == "") {
				t.Errorf("error output %q, want %q", got.err, tc.want.err)
			}
			got.err, tc.want.err = "", ""
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if r := b.call("state", "c"); r.code == 0 {
				t.Errorf("the container is still recorded: %s", r.out)
			}
		})
	}
}

func TestRunNoPivot(t *testing.T) {
	b := newBox(t, args("probe", "list", "/.."))
	if out, want := b.mustRun("c", "--no-pivot", "--no-new-keyring"), "bin\ndev\netc\nproc\nsys\ntmp\n"; out != want {
		t.Errorf("the root holds %q, want %q", out, want)
	}
}

func TestRunStreams(t *testing.T) {
	b := newBox(t, args("probe", "cat"))
	cmd := b.cmd("run", "--bundle", b.bundle, "c")
	cmd.Stdin = strings.NewReader("through and through")
	out, err := cmd.Output()
	if err != nil || string(out) != "through and through" {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestRunReopenStreams has an unprivileged user open its own output by name.
func TestRunReopenStreams(t *testing.T) {
	b := newBox(t, func(s *specs.Spec) {
		s.Process.User = specs.User{UID: 1000, GID: 1000}
		s.Process.Args = []string{"probe", "write", "/dev/stdout", "said"}
	})
	if out := b.mustRun("c"); out != "said" {
		t.Errorf("got %q", out)
	}
}

// TestRunSeen checks what a program sees of the settings, without a second
// runtime to compare with.
func TestRunSeen(t *testing.T) {
	umask := uint32(0o077)
	b := newBox(t, func(s *specs.Spec) {
		s.Process.User = specs.User{UID: 1000, GID: 1001, AdditionalGids: []uint32{7}, Umask: &umask}
		s.Process.Cwd = "/srv/app"
		s.Process.Env = append(s.Process.Env, "A=2", "B=")
		s.Process.NoNewPrivileges = true
		s.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 300, Hard: 300}}
	})
	got := b.see("c")
	want := sight{
		UID: 1000, GID: 1001, Groups: []int{7},
		Caps: map[string]string{
			"CapInh": "0000000000000000", "CapPrm": "00000000a80425fb", "CapEff": "00000000a80425fb",
			"CapBnd": "00000000a80425fb", "CapAmb": "0000000000000000",
		},
		NoNewPrivs: "1", Hostname: "buildkitsandbox", Umask: 0o077, Cwd: "/srv/app",
		Env:       []string{"PATH=/usr/bin:/bin", "A=2", "B=", "HOME=/home/app"},
		OpenFiles: syscall.Rlimit{Cur: 300, Max: 300}, Pid: 1, Session: 1,
		Interfaces: []string{"lo"},
	}
	// A program without file capabilities loses them when a user executes it.
	want.Caps["CapPrm"], want.Caps["CapEff"] = want.Caps["CapInh"], want.Caps["CapInh"]
	want.Mounts, want.Dev, want.Files, want.OOMScore, want.Seccomp = got.Mounts, got.Dev, got.Files, got.OOMScore, got.Seccomp
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRunInheritedFiles(t *testing.T) {
	b := newBox(t, nil)
	secret, err := os.Open("/etc/hostname")
	if err != nil {
		t.Fatal(err)
	}
	defer secret.Close()
	cmd := b.cmd("run", "--bundle", b.bundle, "c")
	for range 6 {
		cmd.ExtraFiles = append(cmd.ExtraFiles, secret)
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// 3 and 4 are the probe's own: its look at /proc and Go's poller.
	if got := parseSight(t, string(out)).Files; len(got) > 5 {
		t.Errorf("open files %v: the caller's leaked into the container", got)
	}
}

func TestRunProtectedPaths(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string // in the error output; "" for success
		out  string
	}{
		{"masked file", []string{"read", "/proc/version"}, "", ""},
		{"masked directory", []string{"list", "/sys/kernel"}, "", ""},
		{"read-only path", []string{"write", "/proc/sys/kernel/hostname", "x"}, "read-only file system", ""},
		{"read-only bind", []string{"write", "/ro/file", "x"}, "read-only file system", ""},
		{"recursively read-only bind", []string{"write", "/rro/file", "x"}, "read-only file system", ""},
		{"read-only root", []string{"write", "/file", "x"}, "read-only file system", ""},
		{"writable bind", []string{"write", "/rw/file", "x"}, "", ""},
		{"writable tmpfs", []string{"write", "/scratch/file", "x"}, "", ""},
		{"cgroups", []string{"write", "/sys/fs/cgroup/cgroup.procs", "1"}, "read-only file system", ""},
		{"file bind", []string{"read", "/one"}, "", "text"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			host := t.TempDir()
			file := filepath.Join(host, "file")
			if err := os.WriteFile(file, []byte("text"), 0o644); err != nil {
				t.Fatal(err)
			}
			b := newBox(t, func(s *specs.Spec) {
				s.Root.Readonly = true
				s.Linux.MaskedPaths = []string{"/proc/version", "/sys/kernel", "/proc/gone"}
				s.Process.Args = append([]string{"probe"}, tc.args...)
				s.Mounts = append(s.Mounts,
					specs.Mount{Destination: "/ro", Type: "bind", Source: host, Options: []string{"rbind", "ro"}},
					specs.Mount{Destination: "/rro", Type: "bind", Source: host, Options: []string{"rbind", "rro"}},
					specs.Mount{Destination: "/rw", Type: "bind", Source: host, Options: []string{"rbind", "rw"}},
					specs.Mount{Destination: "/one", Type: "bind", Source: file, Options: []string{"bind", "ro"}},
					specs.Mount{Destination: "/scratch", Type: "tmpfs", Source: "tmpfs"},
				)
			})
			r := b.run("c")
			if tc.want == "" && (r.code != 0 || r.out != tc.out) || !strings.Contains(r.err, tc.want) || (tc.want != "" && r.code == 0) {
				t.Errorf("got %+v, want %q and error %q", r, tc.out, tc.want)
			}
		})
	}
}

// TestRunHostileLinks has mount points in the image that lead, as links, to the
// host's files: mounts and new files must stay inside the root file system.
func TestRunHostileLinks(t *testing.T) {
	host := t.TempDir()
	b := newBox(t, func(s *specs.Spec) {
		s.Process.Args = []string{"probe", "read", "/inside" + host + "/created"}
		s.Process.Cwd = "/cwd/made"
		s.Mounts = append(s.Mounts,
			specs.Mount{Destination: "/abs/created", Type: "bind", Source: "/etc/hostname", Options: []string{"bind"}},
			specs.Mount{Destination: "/up/created", Type: "bind", Source: "/etc/hostname", Options: []string{"bind"}},
			specs.Mount{Destination: "/dangling", Type: "bind", Source: "/etc/hostname", Options: []string{"bind"}},
		)
	})
	for name, target := range map[string]string{
		"abs": host, "up": "../../../../../../.." + host, "inside": "/", "cwd": host + "/cwd", "dangling": "/run/not/there",
	} {
		if err := os.Symlink(target, b.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("/etc/hostname")
	if err != nil {
		t.Fatal(err)
	}
	if out := b.mustRun("c"); out != string(want) {
		t.Errorf("read %q, want %q", out, want)
	}
	if entries, err := os.ReadDir(host); err != nil || len(entries) != 0 {
		t.Errorf("the host's directory holds %v, %v", entries, err)
	}
	for _, p := range []string{"run/not/there", host + "/created", host + "/cwd/made"} {
		if _, err := os.Lstat(b.path(p)); err != nil {
			t.Errorf("not inside the root file system: %v", err)
		}
	}
}

func TestRunLinkLoop(t *testing.T) {
	b := newBox(t, func(s *specs.Spec) {
		s.Mounts = append(s.Mounts, specs.Mount{Destination: "/loop/x", Type: "tmpfs", Source: "tmpfs"})
	})
	if err := os.Symlink("loop", b.path("loop")); err != nil {
		t.Fatal(err)
	}
	if r := b.run("c"); r.code != 1 || !strings.Contains(r.err, "too many levels of symbolic links") {
		t.Errorf("got %+v", r)
	}
}

// TestRunLinkedProc refuses an image whose /proc leads elsewhere, as the masks
// would then cover the wrong files.
func TestRunLinkedProc(t *testing.T) {
	b := newBox(t, nil)
	if err := os.Symlink("/tmp", b.path("proc")); err != nil {
		t.Fatal(err)
	}
	if r := b.run("c"); r.code != 1 || !strings.Contains(r.err, "is not a directory") {
		t.Errorf("got %+v", r)
	}
}

func TestRunSignals(t *testing.T) {
	for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGUSR1} {
		b := newBox(t, args("probe", "trap"))
		cmd := b.start("c")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 42 {
			t.Errorf("%v: exit code %d, want the handler's 42", sig, code)
		}
	}
}

// TestRunKilled kills run itself: the container must not survive it.
func TestRunKilled(t *testing.T) {
	for name, edit := range map[string]func(*specs.Spec){
		"root": args("probe", "sleep"),
		"user": func(s *specs.Spec) {
			s.Process.Args = []string{"probe", "sleep"}
			s.Process.User.UID = 1000
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, edit)
			cmd := b.start("c")
			pid := b.state("c").Pid
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			cmd.Wait()
			waitGone(t, pid)
			if st := b.state("c"); st.Status != statusStopped || st.Pid != 0 {
				t.Errorf("state %+v, want stopped", st)
			}
			if r := b.call("delete", "c"); r.code != 0 {
				t.Errorf("delete: %+v", r)
			}
		})
	}
}

// waitGone waits for a process that is not ours to end.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		if _, status, err := processStat(pid); err != nil || status == 'Z' || status == 'X' {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	unix.Kill(pid, unix.SIGKILL)
	t.Errorf("process %d still runs", pid)
}

// TestRunOrphans leaves a process behind in a container that shares the host's
// pid namespace.
func TestRunOrphans(t *testing.T) {
	b := newBox(t, func(s *specs.Spec) {
		s.Process.Args = []string{"probe", "orphan"}
		s.Linux.Namespaces = s.Linux.Namespaces[1:]
		s.Mounts[0] = specs.Mount{Destination: "/proc", Type: "bind", Source: "/proc", Options: []string{"rbind"}}
		s.Linux.MaskedPaths, s.Linux.ReadonlyPaths = nil, nil
	})
	done := make(chan result, 1)
	go func() { done <- b.run("c") }() // ends when the orphan, which holds stdout, does
	select {
	case r := <-done:
		if r.code != 0 {
			t.Errorf("got %+v", r)
		}
	case <-time.After(20 * time.Second):
		t.Error("the orphan still runs")
	}
}

func TestRunPidFileAndDetach(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	pidFile := filepath.Join(t.TempDir(), "pid")
	// Detached containers keep the streams; nothing here waits for them to close.
	cmd := b.cmd("run", "--bundle", b.bundle, "--detach", "--pid-file", pidFile, "c")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text)) // as BuildKit reads it
	if err != nil {
		t.Fatal(err)
	}
	st := b.state("c")
	if st.Pid != pid || st.Status != statusRunning || st.Bundle != b.bundle || st.Rootfs != b.path() {
		t.Errorf("state %+v, pid file %d", st, pid)
	}
	if r := b.call("delete", "c"); r.code != 1 || !strings.Contains(r.err, "is running") {
		t.Errorf("delete of a running container: %+v", r)
	}
	if r := b.call("delete", "--force", "c"); r.code != 0 {
		t.Errorf("delete --force: %+v", r)
	}
	waitGone(t, pid)
}

func TestRunUserNamespace(t *testing.T) {
	const first = 100000
	b := newBox(t, func(s *specs.Spec) {
		ids := []specs.LinuxIDMapping{{ContainerID: 0, HostID: first, Size: 65536}}
		s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: specs.UserNamespace})
		s.Linux.UIDMappings, s.Linux.GIDMappings = ids, ids
		s.Process.User.AdditionalGids = []uint32{7}
	})
	// The container's root is nobody on the way to the bundle.
	for dir := b.bundle; strings.HasPrefix(dir, os.TempDir()+"/"); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(b.path(), func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, first, first))
	})
	if err != nil {
		t.Fatal(err)
	}
	got := b.see("c")
	if got.UID != 0 || got.Caps["CapEff"] != "00000000a80425fb" || !cmp.Equal(got.Groups, []int{7}) {
		t.Errorf("got %+v", got)
	}
	for _, want := range []string{"null", "urandom"} {
		if !strings.Contains(strings.Join(got.Dev, "\n"), want) {
			t.Errorf("no device %s in %q", want, got.Dev)
		}
	}
}

func TestRunRefusesSameID(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	b.start("c")
	if r := b.run("c"); r.code != 1 || !strings.Contains(r.err, "exists already") {
		t.Errorf("got %+v", r)
	}
}

func TestLog(t *testing.T) {
	b := newBox(t, args("gone"))
	log := filepath.Join(t.TempDir(), "log.json")
	b.argv = append(b.argv, "--log", log, "--log-format", "json", "--debug", "--systemd-cgroup", "--rootless=auto")
	b.run("c")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var entry struct{ Level, Msg, Time string }
	if err := json.Unmarshal(bytes.TrimSpace(text), &entry); err != nil {
		t.Fatal(err)
	}
	if entry.Level != "error" || !strings.Contains(entry.Msg, "executing gone") || entry.Time == "" {
		t.Errorf("got %+v", entry)
	}
}
