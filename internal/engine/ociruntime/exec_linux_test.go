package ociruntime

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// exec calls exec with a process file.
func (b *box) exec(id string, p *specs.Process, flags ...string) result {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "process.json")
	writeJSON(b.t, file, p)
	return b.call(append(append([]string{"exec", "--process", file}, flags...), id)...)
}

// TestExecSeesTheSame starts a second process in a container: but for the pid
// it is in the same place as the first.
func TestExecSeesTheSame(t *testing.T) {
	b := newBox(t, func(s *specs.Spec) {
		s.Process.Args = []string{"probe", "sleep"}
		s.Mounts = append(s.Mounts, specs.Mount{Destination: "/scratch", Type: "tmpfs", Source: "tmpfs"})
	})
	b.start("c")
	p := buildkitSpec().Process
	p.User = specs.User{UID: 1000, GID: 1000, AdditionalGids: []uint32{5}}
	p.Cwd = "/scratch"
	r := b.exec("c", p)
	if r.code != 0 {
		t.Fatalf("exec: %+v", r)
	}
	second := parseSight(t, r.out)
	if second.Pid == 1 {
		t.Error("the second process is process 1")
	}

	b.call("delete", "--force", "c")
	spec := buildkitSpec()
	spec.Process = p
	spec.Mounts = append(spec.Mounts, specs.Mount{Destination: "/scratch", Type: "tmpfs", Source: "tmpfs"})
	b.writeSpec(spec)
	first := b.see("d")
	second.Pid, second.Session = first.Pid, first.Session
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("run (-) and exec (+) differ:\n%s", diff)
	}
}

func TestExecExit(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	b.start("c")
	tests := []struct {
		name string
		id   string
		args []string
		want result // err: a part of it
	}{
		{"output", "c", []string{"probe", "echo", "x"}, result{out: "x\n"}},
		{"exit code", "c", []string{"probe", "exit", "9"}, result{code: 9}},
		{"killed", "c", []string{"probe", "die", "9"}, result{code: 137}},
		{"no such program", "c", []string{"gone"}, result{code: 255, err: "executing in container c: executing gone: no such file"}},
		{"no such container", "d", []string{"probe"}, result{code: 255, err: "container d does not exist"}},
		{"no arguments", "c", nil, result{code: 255, err: "args is empty"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := *b
			b.t = t
			p := buildkitSpec().Process
			p.Args = tc.args
			got := b.exec(tc.id, p)
			if !strings.Contains(got.err, tc.want.err) {
				t.Errorf("error output %q, want %q", got.err, tc.want.err)
			}
			got.err, tc.want.err = "", ""
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// TestExecPidFile kills a second process by its pid file, as BuildKit does; the
// container goes on.
func TestExecPidFile(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	b.start("c")
	pidFile := filepath.Join(t.TempDir(), "pid")
	p := buildkitSpec().Process
	p.Args = []string{"probe", "sleep"}
	file := filepath.Join(t.TempDir(), "process.json")
	writeJSON(t, file, p)
	if err := b.cmd("exec", "--process", file, "--pid-file", pidFile, "--detach", "c").Run(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	inside, err := sameFile("/proc/"+string(text)+"/ns/mnt", "/proc/"+strconv.Itoa(b.state("c").Pid)+"/ns/mnt")
	if err != nil || !inside {
		t.Errorf("process %d is not in the container: %v", pid, err)
	}
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitGone(t, pid)
	if st := b.state("c"); st.Status != statusRunning {
		t.Errorf("container is %s", st.Status)
	}
}

// TestExecKilled kills exec itself: its process must not survive it.
func TestExecKilled(t *testing.T) {
	b := newBox(t, args("probe", "sleep"))
	b.start("c")
	p := buildkitSpec().Process
	p.Args = []string{"probe", "sleep"}
	p.User.UID = 1000
	file, pidFile := filepath.Join(t.TempDir(), "process.json"), filepath.Join(t.TempDir(), "pid")
	writeJSON(t, file, p)
	cmd := b.cmd("exec", "--process", file, "--pid-file", pidFile, "c")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	waitGone(t, pid)
}
