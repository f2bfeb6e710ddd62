package ociruntime

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestKill(t *testing.T) {
	tests := []struct {
		name string
		verb string
		args []string // after kill, before the id and after it
		code int      // of run
	}{
		{"by number", "sleep", []string{"kill", "c", "9"}, 137},
		{"by name", "trap", []string{"kill", "c", "SIGUSR1"}, 42},
		{"default", "trap", []string{"kill", "c"}, 42},
		{"all", "sleep", []string{"kill", "--all", "c", "KILL"}, 137},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, args("probe", tc.verb))
			cmd := b.start("c", "--keep")
			if st := b.state("c"); st.Status != statusRunning || st.Pid == 0 {
				t.Errorf("state before: %+v", st)
			}
			if r := b.call(tc.args...); r.code != 0 {
				t.Errorf("kill: %+v", r)
			}
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != tc.code {
				t.Errorf("run's exit code %d, want %d", got, tc.code)
			}
			if st := b.state("c"); st.Status != statusStopped || st.Pid != 0 {
				t.Errorf("state after: %+v", st)
			}
			if r := b.call("kill", "c", "9"); r.code != 1 || !strings.Contains(r.err, "not running") {
				t.Errorf("second kill: %+v", r)
			}
			if r := b.call("delete", "c"); r.code != 0 {
				t.Errorf("delete: %+v", r)
			}
			if r := b.call("delete", "c"); r.code != 1 || !strings.Contains(r.err, "does not exist") {
				t.Errorf("second delete: %+v", r)
			}
		})
	}
}

func TestCommandLineErrors(t *testing.T) {
	b := &box{t: t}
	path, err := Install(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.argv = []string{path}
	tests := []struct {
		args string
		code int
		want string
	}{
		{"", 1, "no command"},
		{"pause c", 1, `unknown command "pause"`},
		{"--log-format yaml state c", 1, `unknown log format "yaml"`},
		{"run", 1, "want one container id"},
		{"run --console-socket x c", 1, "-console-socket"},
		{"run c", 1, "config.json: no such file"},
		{"exec c", 255, "pass --process"},
		{"exec --process", 255, "needs an argument"},
		{"kill c 0", 1, "unknown signal 0"},
		{"kill c WHAT", 1, `unknown signal "WHAT"`},
		{"kill ../c 9", 1, "invalid container id"},
		{"state ..", 1, "invalid container id"},
		{"state c", 1, "container c does not exist"},
		{"delete a/b", 1, "invalid container id"},
		{"delete --force ..", 1, "invalid container id"},
		{"init", 1, "second stage"},
		{"init x", 1, "second stage"},
	}
	for _, tc := range tests {
		r := b.call(strings.Fields(tc.args)...)
		if r.code != tc.code || !strings.Contains(r.err, tc.want) {
			t.Errorf("%q: got %+v, want %d and %q", tc.args, r, tc.code, tc.want)
		}
	}
	if r := b.call("delete", "--force", "c"); r.code != 0 {
		t.Errorf("delete --force of nothing: %+v", r)
	}
	if r := b.call("--version"); r.code != 0 || !strings.Contains(r.out, "spec: ") {
		t.Errorf("--version: %+v", r)
	}
}

func TestParseSignal(t *testing.T) {
	for in, want := range map[string]unix.Signal{
		"9": unix.SIGKILL, "TERM": unix.SIGTERM, "sigusr1": unix.SIGUSR1, "64": 64,
		"0": 0, "65": 0, "-1": 0, "": 0, "SIG": 0,
	} {
		got, err := parseSignal(in)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("parseSignal(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
}
