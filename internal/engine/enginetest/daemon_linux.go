package enginetest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startTied starts a daemon that is asked to end when this process dies,
// even of a panic.
func startTied(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	started := make(chan error)
	go func() {
		// The signal comes with the end of the thread that forked: this
		// one is kept for as long as the process lives.
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}
