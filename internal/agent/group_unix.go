//go:build unix

package agent

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command the leader of a process group, which is killed
// as a whole when its context ends.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
