//go:build unix

package cli_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what scripts have besides testscript's own.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits":     plain(exits),
		"remember":  plain(remember),
		"unchanged": plain(unchanged),
		"socket":    plain(socket),
		"signal":    plain(sendSignal),
		"exited":    plain(exited),
		"running":   running,
		"json":      plain(jsonValue),
		"jsonkeys":  plain(jsonKeys),
		"schema":    plain(followsSchema),
		"images":    plain(images),
		"registry":  plain(serveRegistry),
		"tmpfs":     plain(tmpfs),
	}
}

// plain is a command that has no negation.
func plain(f func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		f(ts, args)
	}
}

type stateKey struct{}

// scriptState is what the commands of one script know of each other.
type scriptState struct {
	trees      map[string]map[string]string
	background *exec.Cmd
}

func stateOf(ts *testscript.TestScript) *scriptState {
	return ts.Value(stateKey{}).(*scriptState)
}

// exits CODE PROGRAM ARGS… runs a program and expects its exit code.
func exits(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("exit code is %d, want %d", code, want)
	}
}

// remember DIR… notes the files below directories, for unchanged.
func remember(ts *testscript.TestScript, args []string) {
	st := stateOf(ts)
	if st.trees == nil {
		st.trees = map[string]map[string]string{}
	}
	for _, dir := range args {
		st.trees[dir] = tree(ts, dir)
	}
}

// unchanged expects the remembered directories to be as they were, times of
// modification included, and no temporary files to be left.
func unchanged(ts *testscript.TestScript, args []string) {
	st := stateOf(ts)
	if len(args) != 0 || len(st.trees) == 0 {
		ts.Fatalf("usage: unchanged (after remember DIR...)")
	}
	for dir, before := range st.trees {
		if d := cmp.Diff(before, tree(ts, dir)); d != "" {
			ts.Fatalf("%s was changed (-before +after):\n%s", dir, d)
		}
	}
	left, err := os.ReadDir(ts.Getenv("TMPDIR"))
	ts.Check(err)
	for _, e := range left {
		ts.Fatalf("temporary file left: %s", e.Name())
	}
}

// tree describes everything below a directory.
func tree(ts *testscript.TestScript, dir string) map[string]string {
	all := map[string]string{}
	ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		desc := st.Mode().String() + " " + st.ModTime().Format(time.RFC3339Nano)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			if err != nil {
				return err
			}
			desc += " -> " + to
		case d.Type().IsRegular():
			b, err := os.ReadFile(p)
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
			desc += fmt.Sprintf(" %x", sha256.Sum256(b))
		}
		all[p] = desc
		return nil
	}))
	return all
}

// socket FILE makes a unix socket. It is made elsewhere first: addresses of
// sockets have at most some hundred bytes.
func socket(ts *testscript.TestScript, args []string) {
	dir, err := os.MkdirTemp("/tmp", "sock")
	ts.Check(err)
	defer os.RemoveAll(dir)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	ts.Check(err)
	l.SetUnlinkOnClose(false)
	ts.Check(os.Rename(filepath.Join(dir, "s"), ts.MkAbs(args[0])))
	ts.Check(l.Close())
}

// signal NAME sends a signal to the process group of the one background
// program, as a terminal does; start it by setsid. exited checks how it ends.
func sendSignal(ts *testscript.TestScript, args []string) {
	known := map[string]syscall.Signal{"INT": syscall.SIGINT, "KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM}
	sig, ok := known[strings.Join(args, " ")]
	cmds := ts.BackgroundCmds()
	if !ok || len(cmds) != 1 {
		ts.Fatalf("usage: signal INT|KILL|TERM, with one program in the background")
	}
	stateOf(ts).background = cmds[0]
	ts.Check(syscall.Kill(-cmds[0].Process.Pid, sig))
}

// exited CODE checks the exit code of the program that was signalled, after
// wait; -1 is death by a signal.
func exited(ts *testscript.TestScript, args []string) {
	cmd := stateOf(ts).background
	if len(args) != 1 || cmd == nil || cmd.ProcessState == nil {
		ts.Fatalf("usage: exited CODE, after signal and wait")
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code is %s, want %s", got, args[0])
	}
}

// running COMMAND… waits until a process with exactly this command line runs,
// ! running until none does.
func running(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if runs(args) != neg {
			return
		}
	}
	ts.Fatalf("waited in vain")
}

func runs(command []string) bool {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return false
	}
	return slices.ContainsFunc(files, func(f string) bool {
		b, err := os.ReadFile(f)
		return err == nil && slices.Equal(strings.Split(strings.TrimRight(string(b), "\x00"), "\x00"), command)
	})
}

// tmpfs DIR SIZE mounts a file system of that size until the script ends.
func tmpfs(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: tmpfs DIR SIZE")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(ts.Exec("mount", "-t", "tmpfs", "-o", "size="+args[1], "tmpfs", dir))
	ts.Defer(func() {
		if err := ts.Exec("umount", dir); err != nil {
			ts.Logf("unmounting %s: %v", dir, err)
		}
	})
}
