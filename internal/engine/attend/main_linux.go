package attend

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// The exit codes of shells for a command that did not start.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// Main runs the command in args, the command line made by Args, and returns
// the exit code of the attendant, 0 once it has reported.
func Main(args []string) int {
	if len(args) < 3 {
		fmt.Fprintf(os.Stderr, "%s: want NONCE COMMAND\n", Name)
		return 1
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2)
	prefix, end := mark(args[1])
	fmt.Fprintf(os.Stderr, "%s%s%s", prefix, ready, end)
	// The parent-death signal is that of the thread that forks.
	runtime.LockOSThread()
	code := run(args[2:], signals)
	fmt.Fprintf(os.Stderr, "%s%d%s", prefix, code, end)
	return 0
}

// run starts the command, hands signals on and returns its exit code, 128+n
// after signal n.
func run(command []string, signals <-chan os.Signal) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "starting %s: %v\n", command[0], err)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return exitNotFound
		}
		return exitNotExecutable
	}
	go func() {
		for s := range signals {
			if s == syscall.Signal(Kill) {
				s = unix.SIGKILL
			}
			_ = cmd.Process.Signal(s) // it may have ended in this moment
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		fmt.Fprintf(os.Stderr, "waiting for %s: %v\n", command[0], err)
		return exitNotExecutable
	}
	if st, ok := exit.Sys().(syscall.WaitStatus); ok && st.Signaled() {
		return 128 + int(st.Signal())
	}
	return exit.ExitCode()
}
