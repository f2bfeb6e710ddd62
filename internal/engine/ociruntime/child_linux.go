package ociruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// File descriptors that the second stage inherits beside its streams.
//
// Over the first two the stages agree on the moment the program starts: the
// second stage reports isReady once all is set up, the first records the
// container as running and answers goAhead, the second executes the program.
// So whoever sees the program's first output sees a running container.
const (
	configFD  = 3 // read: initConfig as JSON, later goAhead; ends early when the first stage dies
	statusFD  = 4 // write: isReady, and hasFailed with a message; closed by a successful exec
	mountNSFD = 5 // exec only: the container's mount namespace
)

const (
	isReady   = 'R'
	hasFailed = 'E'
	goAhead   = "go"
)

// initConfig is what the second stage is told.
type initConfig struct {
	ID         string         `json:"id"`
	Process    *specs.Process `json:"process"`
	Spec       *specs.Spec    `json:"spec,omitempty"` // nil when joining a running container
	NoPivot    bool           `json:"noPivot,omitempty"`
	NewKeyring bool           `json:"newKeyring,omitempty"`
	Detach     bool           `json:"detach,omitempty"`
}

// child is a started second stage, later the container's process.
type child struct {
	cmd     *exec.Cmd
	config  *os.File // our end of configFD
	status  *os.File // our end of statusFD
	signals chan os.Signal
}

// startChild re-executes the program as the second stage. The calling thread
// must be locked for good: the child inherits its namespaces, and dies with it
// unless cfg.Detach is set. The child arranges the latter itself: Go's Pdeathsig
// kills every child whose parent is out of sight, in another pid namespace.
func (rt *runtime) startChild(cfg initConfig, attr *syscall.SysProcAttr, mountNS *os.File) (*child, error) {
	configR, configW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer configR.Close()
	statusR, statusW, err := os.Pipe()
	if err != nil {
		configW.Close()
		return nil, err
	}
	defer statusW.Close()

	cmd := exec.Command("/proc/self/exe", "init")
	cmd.Args[0] = Name
	cmd.Env = []string{} // nothing of the host's environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = rt.stdin, rt.stdout, rt.stderr
	cmd.ExtraFiles = []*os.File{configR, statusW}
	if mountNS != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, mountNS)
	}
	attr.Setsid = true
	cmd.SysProcAttr = attr

	c := &child{cmd: cmd, config: configW, status: statusR, signals: make(chan os.Signal, 128)}
	signal.Notify(c.signals) // before the start: a signal that comes now is for the container
	if err := cmd.Start(); err != nil {
		c.close()
		return nil, fmt.Errorf("starting the container's first process: %w", err)
	}
	configR.Close()
	statusW.Close()
	if err := json.NewEncoder(configW).Encode(cfg); err != nil && !errors.Is(err, unix.EPIPE) {
		c.abort()
		return nil, err
	}
	return c, nil
}

// ready waits until all is set up for the program, or returns why it is not.
func (c *child) ready() error {
	ok, err := c.report()
	if err == nil && !ok {
		err = errors.New("the second stage ended while it set the container up")
	}
	if err != nil {
		c.abort()
	}
	return err
}

// release starts the program and waits until it runs, or returns why it can't.
func (c *child) release() error {
	// A second stage that is gone, say killed, shows in its exit code.
	if _, err := io.WriteString(c.config, goAhead); err != nil && !errors.Is(err, unix.EPIPE) {
		c.abort()
		return err
	}
	c.config.Close()
	if _, err := c.report(); err != nil {
		c.abort()
		return err
	}
	c.status.Close()
	return nil
}

// report reads one message of the second stage: whether it is ready, or its
// error. Neither when it has ended or become the program.
func (c *child) report() (ready bool, err error) {
	var kind [1]byte
	if _, err := io.ReadFull(c.status, kind[:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return false, err
	}
	if kind[0] == isReady {
		return true, nil
	}
	const maxMessage = 64 << 10
	msg, err := io.ReadAll(io.LimitReader(c.status, maxMessage))
	if err != nil {
		return false, err
	}
	return false, errors.New(string(msg))
}

// abort ends a child that never became the container's process.
func (c *child) abort() {
	c.close()
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

func (c *child) close() {
	signal.Stop(c.signals)
	c.config.Close()
	c.status.Close()
}

// wait forwards signals until the process ends and returns its exit code.
// Cancelling ctx kills the process.
func (c *child) wait(ctx context.Context) (int, error) {
	done := make(chan struct{})
	defer close(done)
	defer signal.Stop(c.signals)
	go func() {
		for {
			select {
			case s := <-c.signals:
				if forwarded(s) {
					c.cmd.Process.Signal(s) // fails only when it has ended
				}
			case <-ctx.Done():
				c.cmd.Process.Kill()
				return
			case <-done:
				return
			}
		}
	}()
	err := c.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return exitCode(c.cmd.ProcessState), nil
}

// forwarded tells which of our own signals are meant for the container: all
// but those that the kernel or Go's scheduler send to this process itself.
func forwarded(s os.Signal) bool {
	return s != unix.SIGCHLD && s != unix.SIGURG && s != unix.SIGPIPE
}

func exitCode(p *os.ProcessState) int {
	if ws, ok := p.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return p.ExitCode()
}

// writePidFile stores a pid as callers of runc expect it: no line end, and
// never half written.
func writePidFile(path string, pid int) error {
	if path == "" {
		return nil
	}
	if err := writeFileAtomic(path, []byte(strconv.Itoa(pid))); err != nil {
		return fmt.Errorf("writing the pid file: %w", err)
	}
	return nil
}
