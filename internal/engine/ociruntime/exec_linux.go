package ociruntime

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// execCommand is `exec --process FILE [--pid-file FILE] [--detach] ID`: a
// further process in a running container. It returns the process's exit code.
func execCommand(ctx context.Context, rt *runtime, args []string) (int, error) {
	flags := newFlags("exec")
	process := flags.String("process", "", "")
	flags.StringVar(process, "p", "", "")
	pidFile := flags.String("pid-file", "", "")
	detach := flags.Bool("detach", false, "")
	flags.BoolVar(detach, "d", false, "")
	if err := flags.Parse(args); err != nil {
		return exitExecFailure, fmt.Errorf("reading the command line of exec: %w", err)
	}
	if flags.NArg() != 1 {
		return exitExecFailure, fmt.Errorf("reading the command line of exec: want one container id, have %d", flags.NArg())
	}
	if *process == "" {
		return exitExecFailure, errors.New("reading the command line of exec: pass --process FILE: the built-in runtime takes no command as arguments")
	}
	id := flags.Arg(0)
	code, err := rt.exec(ctx, id, *process, *pidFile, *detach)
	if err != nil {
		return exitExecFailure, fmt.Errorf("executing in container %s: %w", id, err)
	}
	return code, nil
}

func (rt *runtime) exec(ctx context.Context, id, file, pidFile string, detach bool) (int, error) {
	process, err := loadProcess(file)
	if err != nil {
		return 0, err
	}
	ch, err := rt.startExec(id, process, detach)
	if err != nil {
		return 0, err
	}
	if err := ch.ready(); err != nil {
		return 0, err
	}
	if err := writePidFile(pidFile, ch.cmd.Process.Pid); err != nil {
		ch.abort()
		return 0, err
	}
	if err := ch.release(); err != nil {
		return 0, err
	}
	if detach {
		return 0, nil
	}
	return ch.wait(ctx)
}

func (rt *runtime) startExec(id string, process *specs.Process, detach bool) (*child, error) {
	st, err := rt.store.load(id)
	if err != nil {
		return nil, err
	}
	if st.Status != statusRunning {
		return nil, fmt.Errorf("the container is %s, not running", st.Status)
	}
	goruntime.LockOSThread() // never unlocked: see startChild
	mountNS, err := joinContainer(st.Pid)
	if err != nil {
		return nil, err
	}
	defer mountNS.Close()
	// The namespaces are open; if the pid was still the container's after that,
	// they are the container's as well.
	if !st.alive() {
		return nil, errors.New("the container has ended")
	}
	return rt.startChild(initConfig{ID: id, Process: process, Detach: detach}, &syscall.SysProcAttr{}, mountNS)
}
