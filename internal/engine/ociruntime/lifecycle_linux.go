package ociruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// killCommand is `kill [--all] ID [SIGNAL]`; the signal defaults to TERM.
func killCommand(_ context.Context, rt *runtime, args []string) (int, error) {
	flags := newFlags("kill")
	all := flags.Bool("all", false, "")
	flags.BoolVar(all, "a", false, "")
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("reading the command line of kill: %w", err)
	}
	if flags.NArg() < 1 || flags.NArg() > 2 {
		return 0, errors.New("reading the command line of kill: want a container id and a signal")
	}
	id, name := flags.Arg(0), "TERM"
	if flags.NArg() == 2 {
		name = flags.Arg(1)
	}
	sig, err := parseSignal(name)
	if err != nil {
		return 0, fmt.Errorf("reading the command line of kill: %w", err)
	}
	if err := rt.kill(id, sig, *all); err != nil {
		return 0, fmt.Errorf("sending %s to container %s: %w", unix.SignalName(sig), id, err)
	}
	return 0, nil
}

func (rt *runtime) kill(id string, sig unix.Signal, all bool) error {
	st, err := rt.store.load(id)
	if err != nil {
		return err
	}
	if st.Status == statusStopped {
		return errors.New("the container is not running")
	}
	if all {
		return st.signalAll(sig)
	}
	return st.signal(sig)
}

// signalAll sends sig to every process of the container's pid namespace. One
// that ends meanwhile is no error.
func (st state) signalAll(sig unix.Signal) error {
	const proc = "/proc"
	own := filepath.Join(proc, strconv.Itoa(st.Pid), "ns/pid")
	shared, err := sameFile(own, filepath.Join(proc, "self/ns/pid"))
	if err != nil {
		return err
	}
	if shared {
		return errors.New("the container has no pid namespace of its own: its processes can't be told from the host's")
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return err
	}
	var failed []error
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if in, err := sameFile(own, filepath.Join(proc, e.Name(), "ns/pid")); err != nil || !in {
			continue
		}
		if err := unix.Kill(pid, sig); err != nil && !errors.Is(err, unix.ESRCH) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// parseSignal reads a signal's number or name, with or without "SIG".
func parseSignal(s string) (unix.Signal, error) {
	const last = 64 // SIGRTMAX
	if n, err := strconv.Atoi(s); err == nil {
		if n < 1 || n > last {
			return 0, fmt.Errorf("unknown signal %d", n)
		}
		return syscall.Signal(n), nil
	}
	name := strings.ToUpper(s)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if sig := unix.SignalNum(name); sig != 0 {
		return sig, nil
	}
	return 0, fmt.Errorf("unknown signal %q", s)
}

// deleteCommand is `delete [--force] ID`.
func deleteCommand(_ context.Context, rt *runtime, args []string) (int, error) {
	flags := newFlags("delete")
	force := flags.Bool("force", false, "")
	flags.BoolVar(force, "f", false, "")
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("reading the command line of delete: %w", err)
	}
	if flags.NArg() != 1 {
		return 0, fmt.Errorf("reading the command line of delete: want one container id, have %d", flags.NArg())
	}
	if err := rt.store.remove(flags.Arg(0), *force); err != nil {
		return 0, fmt.Errorf("deleting a container: %w", err)
	}
	return 0, nil
}

// report is what `state` prints, with the specification's keys and runc's
// additions that callers read.
type report struct {
	Version     string            `json:"ociVersion"`
	ID          string            `json:"id"`
	Pid         int               `json:"pid"`
	Status      string            `json:"status"`
	Bundle      string            `json:"bundle"`
	Rootfs      string            `json:"rootfs"`
	Created     time.Time         `json:"created"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// stateCommand is `state ID`. It prints nothing but the object: callers read
// standard output and error as one.
func stateCommand(_ context.Context, rt *runtime, args []string) (int, error) {
	flags := newFlags("state")
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("reading the command line of state: %w", err)
	}
	if flags.NArg() != 1 {
		return 0, fmt.Errorf("reading the command line of state: want one container id, have %d", flags.NArg())
	}
	st, err := rt.store.load(flags.Arg(0))
	if err != nil {
		return 0, fmt.Errorf("reading a container's state: %w", err)
	}
	enc := json.NewEncoder(rt.stdout)
	enc.SetIndent("", "  ")
	return 0, enc.Encode(report{
		Version: specs.Version, ID: st.ID, Pid: st.Pid, Status: st.Status, Bundle: st.Bundle,
		Rootfs: st.Rootfs, Created: st.Created, Annotations: st.Annotations,
	})
}
