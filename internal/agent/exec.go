package agent

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// killDelay is how long after the kill the streams of a command may stay
// open, held by a process that left its group.
const killDelay = time.Second

// execute runs a command in a process group of its own, so that a timeout
// ends its children too.
func execute(ctx context.Context, args []string) Response {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stdout, stderr head
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = killDelay
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return Response{Failure: &Failure{NotFound, startError(args[0], err)}}
	}
	err := cmd.Wait()
	res := &ExecResult{
		Code:      cmd.ProcessState.ExitCode(),
		Stdout:    stdout.data,
		Stderr:    stderr.data,
		Truncated: stdout.cut || stderr.cut,
		TimedOut:  err != nil && ctx.Err() != nil,
	}
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		res.Code = 128 + int(ws.Signal())
	}
	return Response{Exec: res}
}

// startError says why a command could not be started, without Go's wording
// of the system call.
func startError(name string, err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return name + ": not found on PATH"
	case errors.As(err, &errno):
		return name + ": " + errno.Error()
	}
	return name + ": " + err.Error()
}

// head keeps the first MaxOutput bytes written to it.
type head struct {
	data []byte
	cut  bool
}

func (h *head) Write(p []byte) (int, error) {
	keep := p[:min(len(p), MaxOutput-len(h.data))]
	h.data = append(h.data, keep...)
	h.cut = h.cut || len(keep) < len(p)
	return len(p), nil
}
