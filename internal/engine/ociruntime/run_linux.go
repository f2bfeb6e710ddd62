package ociruntime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"syscall"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// runCommand is `run [--bundle DIR] [--keep] … ID`: it starts a container,
// waits for it and returns its exit code.
func runCommand(ctx context.Context, rt *runtime, args []string) (int, error) {
	flags := newFlags("run")
	bundle := flags.String("bundle", ".", "")
	flags.StringVar(bundle, "b", ".", "")
	pidFile := flags.String("pid-file", "", "")
	keep := flags.Bool("keep", false, "")
	detach := flags.Bool("detach", false, "")
	flags.BoolVar(detach, "d", false, "")
	noPivot := flags.Bool("no-pivot", false, "")
	noKeyring := flags.Bool("no-new-keyring", false, "")
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("reading the command line of run: %w", err)
	}
	if flags.NArg() != 1 {
		return 0, fmt.Errorf("reading the command line of run: want one container id, have %d", flags.NArg())
	}
	id := flags.Arg(0)
	dir, err := filepath.Abs(*bundle)
	if err != nil {
		return 0, fmt.Errorf("running container %s: %w", id, err)
	}
	spec, err := loadSpec(dir)
	if err != nil {
		return 0, fmt.Errorf("running container %s: %w", id, err)
	}
	c := container{rt: rt, id: id, bundle: dir, spec: spec, pidFile: *pidFile}
	code, err := c.run(ctx, initConfig{
		ID: id, Process: spec.Process, Spec: spec,
		NoPivot: *noPivot, NewKeyring: !*noKeyring, Detach: *detach,
	}, *keep)
	if err != nil {
		return 0, fmt.Errorf("running container %s: %w", id, err)
	}
	return code, nil
}

// container is one container on its way through run.
type container struct {
	rt      *runtime
	id      string
	bundle  string
	spec    *specs.Spec
	pidFile string
}

// run starts the container and, unless it is to be detached, waits for it. The
// record outlives run when the container does (detach) or when the caller asks
// for it (keep) and the container did start.
func (c container) run(ctx context.Context, cfg initConfig, keep bool) (code int, err error) {
	rootfs, err := filepath.EvalSymlinks(c.spec.Root.Path)
	if err != nil {
		return 0, fmt.Errorf("finding the root file system: %w", err)
	}
	c.spec.Root.Path = rootfs
	if err := c.rt.store.create(c.id); err != nil {
		return 0, err
	}
	started := false
	defer func() {
		if !started || (!keep && !cfg.Detach) {
			err = errors.Join(err, os.RemoveAll(c.rt.store.dir(c.id)))
		}
	}()

	goruntime.LockOSThread() // never unlocked: see startChild
	ch, err := c.start(cfg)
	if err != nil {
		return 0, err
	}
	started = true
	if cfg.Detach {
		return 0, nil
	}
	code, err = ch.wait(ctx)
	if err == nil && !hasNew(c.spec.Linux, specs.PIDNamespace) {
		err = reapOrphans()
	}
	return code, err
}

// start brings the container's program to life and records it.
func (c container) start(cfg initConfig) (*child, error) {
	if !hasNew(c.spec.Linux, specs.PIDNamespace) && !cfg.Detach {
		if err := adoptOrphans(); err != nil {
			return nil, err
		}
	}
	cloneFlags, err := enterNamespaces(c.spec.Linux)
	if err != nil {
		return nil, err
	}
	attr := &syscall.SysProcAttr{Cloneflags: cloneFlags}
	if hasNew(c.spec.Linux, specs.UserNamespace) {
		userNamespace(attr, c.spec.Linux)
	}
	ch, err := c.rt.startChild(cfg, attr, nil)
	if err != nil {
		return nil, err
	}
	st, err := c.record(ch.cmd.Process.Pid)
	if err != nil {
		ch.abort()
		return nil, err
	}
	if err := ch.ready(); err != nil {
		return nil, err
	}
	st.Status = statusRunning
	if err := errors.Join(c.rt.store.save(st), writePidFile(c.pidFile, st.Pid)); err != nil {
		ch.abort()
		return nil, err
	}
	return ch, ch.release()
}

// record writes the container's record as soon as there is a process, so that
// it can be killed even while it is being set up.
func (c container) record(pid int) (state, error) {
	start, _, err := processStat(pid)
	if err != nil {
		return state{}, fmt.Errorf("looking at the container's first process: %w", err)
	}
	st := state{
		ID: c.id, Pid: pid, Start: start, Status: statusCreated,
		Bundle: c.bundle, Rootfs: c.spec.Root.Path,
		Created: time.Now().UTC(), Annotations: c.spec.Annotations,
	}
	return st, c.rt.store.save(st)
}
