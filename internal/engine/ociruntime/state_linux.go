package ociruntime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"schlank/internal/bounded"
)

// Statuses of a container, with the specification's words.
const (
	statusCreated = "created" // its namespaces exist, its program does not run yet
	statusRunning = "running"
	statusStopped = "stopped" // never recorded: concluded from the process being gone
)

// state is the record of one container, root/ID/state.json.
type state struct {
	ID          string            `json:"id"`
	Pid         int               `json:"pid"`   // as seen by the caller of run
	Start       uint64            `json:"start"` // of the process, clock ticks since boot; tells reused pids apart
	Status      string            `json:"status"`
	Bundle      string            `json:"bundle"`
	Rootfs      string            `json:"rootfs"`
	Created     time.Time         `json:"created"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// store is the directory that records containers.
type store struct{ root string }

// killWait is how long delete --force waits for a killed process to be gone.
const killWait = 10 * time.Second

// maxStateSize bounds what is read back of a record.
const maxStateSize = 1 << 20

// validID accepts what is safe as a file name and as an argument.
func validID(id string) error {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+.-"
	const max = 200 // a file name has at most 255 bytes
	if id == "" || len(id) > max || id == "." || id == ".." || strings.Trim(id, letters) != "" {
		return fmt.Errorf("invalid container id %q: use letters, digits and _+.-", id)
	}
	return nil
}

func (s store) dir(id string) string  { return filepath.Join(s.root, id) }
func (s store) file(id string) string { return filepath.Join(s.root, id, "state.json") }

// create reserves an id. The directory is what makes a second run of the same
// id fail.
func (s store) create(id string) error {
	if err := validID(id); err != nil {
		return err
	}
	if s.root == "" {
		return errors.New("no directory to record containers: pass --root")
	}
	if err := os.MkdirAll(s.root, 0o711); err != nil {
		return err
	}
	err := os.Mkdir(s.dir(id), 0o711)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("container %s exists already", id)
	}
	return err
}

// save replaces the record of a container in one step.
func (s store) save(st state) error {
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return writeFileAtomic(s.file(st.ID), b)
}

func writeFileAtomic(path string, b []byte) error {
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return err
	}
	return nil
}

// load returns a container's record with its status as of now.
func (s store) load(id string) (state, error) {
	if err := validID(id); err != nil {
		return state{}, err
	}
	b, err := bounded.ReadFile(s.file(id), maxStateSize)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, fmt.Errorf("container %s does not exist", id)
	}
	if err != nil {
		return state{}, err
	}
	var st state
	if err := json.Unmarshal(b, &st); err != nil {
		return state{}, fmt.Errorf("reading the record of container %s: %w", id, err)
	}
	if !st.alive() {
		st.Status, st.Pid = statusStopped, 0
	}
	return st, nil
}

// remove forgets a container. A live one is killed first when force is set,
// and an error otherwise.
func (s store) remove(id string, force bool) error {
	st, err := s.load(id)
	if err != nil {
		if force && validID(id) == nil {
			return os.RemoveAll(s.dir(id)) // nothing recorded, or nothing legible
		}
		return err
	}
	if st.Status != statusStopped {
		if !force {
			return fmt.Errorf("container %s is %s: stop it first, or pass --force", id, st.Status)
		}
		if err := st.killAndWait(); err != nil {
			return err
		}
	}
	return os.RemoveAll(s.dir(id))
}

// alive reports whether the recorded process still is the container's: it
// exists, is no zombie, and started when the container did.
func (st state) alive() bool {
	start, status, err := processStat(st.Pid)
	return err == nil && start == st.Start && status != 'Z' && status != 'X'
}

// signal sends sig to the container's first process, through a pidfd so that a
// reused pid is never hit.
func (st state) signal(sig unix.Signal) error {
	fd, err := unix.PidfdOpen(st.Pid, 0)
	if errors.Is(err, unix.ENOSYS) { // before Linux 5.3
		return unix.Kill(st.Pid, sig)
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if !st.alive() {
		return unix.ESRCH
	}
	return unix.PidfdSendSignal(fd, sig, nil, 0)
}

func (st state) killAndWait() error {
	if err := st.signal(unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("killing container %s: %w", st.ID, err)
	}
	for deadline := time.Now().Add(killWait); st.alive(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("killing container %s: process %d does not end", st.ID, st.Pid)
		}
	}
	return nil
}

// processStat returns the start time and the state letter of a process, from
// /proc/PID/stat. The command name in its second field may hold anything, so
// fields are counted from the last parenthesis; see proc_pid_stat(5).
func processStat(pid int) (start uint64, status byte, err error) {
	if pid <= 0 {
		return 0, 0, unix.ESRCH
	}
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, 0, err
	}
	rest := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const startField = 22 - 3 // rest begins with field 3
	if len(rest) <= startField || len(rest[0]) != 1 {
		return 0, 0, fmt.Errorf("unexpected /proc/%d/stat", pid)
	}
	start, err = strconv.ParseUint(rest[startField], 10, 64)
	return start, rest[0][0], err
}
