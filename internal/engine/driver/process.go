package driver

import (
	"context"
	"fmt"
	"io"
	"strings"
	"syscall"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/identity"
	"schlank/engine"
	"schlank/internal/engine/attend"
)

// start begins a process with the image's defaults for what p leaves out.
func (c *container) start(ctx context.Context, p engine.Process) (*proc, error) {
	req := gateway.StartRequest{
		Args:   p.Args,
		Env:    mergeEnv(c.img.Env, p.Env),
		User:   p.User,
		Cwd:    p.Dir,
		Stdout: writeCloser(p.Stdout),
		Stderr: writeCloser(p.Stderr),
	}
	if req.User == "" {
		req.User = c.img.User
	}
	if req.Cwd == "" {
		req.Cwd = c.img.WorkingDir
	}
	if req.Cwd == "" {
		req.Cwd = "/"
	}
	if p.Stdin != nil {
		req.Stdin = io.NopCloser(p.Stdin)
	}
	gp, err := c.gw.Start(ctx, req)
	if err != nil {
		return nil, err
	}
	pr := &proc{gp: gp, done: make(chan struct{})}
	go pr.wait()
	return pr, nil
}

// startAttended is start with an attendant, so that the container outlives
// the process however it ends.
func (c *container) startAttended(ctx context.Context, p engine.Process) (*proc, error) {
	nonce := identity.NewID()
	stderr := p.Stderr
	if stderr == nil {
		stderr = io.Discard
	}
	filter := attend.NewFilter(stderr, nonce)
	p.Stderr = filter
	p.Args = attend.Args(attendantDir+"/"+attend.Name, nonce, p.Args)
	pr, err := c.start(ctx, p)
	if err != nil {
		return nil, err
	}
	attended := &proc{gp: pr.gp, done: make(chan struct{}), attendant: filter}
	go func() {
		defer close(attended.done)
		<-pr.done
		attended.code, attended.err = pr.code, pr.err
		if err := filter.Close(); err != nil && attended.err == nil {
			attended.err = err
		}
		if code, ok := filter.Code(); ok && attended.err == nil {
			attended.code = code
		}
	}()
	return attended, nil
}

// defaultPath is what a container gets when the image sets no PATH, as
// Docker does it.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// mergeEnv puts add over base, keeping base's order.
func mergeEnv(base, add []string) []string {
	env := append([]string{}, base...)
	at := map[string]int{}
	for i, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		at[name] = i
	}
	for _, kv := range add {
		name, _, _ := strings.Cut(kv, "=")
		if i, ok := at[name]; ok {
			env[i] = kv
			continue
		}
		at[name] = len(env)
		env = append(env, kv)
	}
	if _, ok := at["PATH"]; !ok {
		env = append(env, defaultPath)
	}
	return env
}

type nopWriteCloser struct{ io.Writer }

func (nopWriteCloser) Close() error { return nil }

func writeCloser(w io.Writer) io.WriteCloser {
	if w == nil {
		return nopWriteCloser{io.Discard}
	}
	return nopWriteCloser{w}
}

// proc is a process in a container.
type proc struct {
	gp   gateway.ContainerProcess
	done chan struct{}
	// attendant is not nil when gp is the process' attendant.
	attendant *attend.Filter
	code      int
	err       error
}

// wait runs once; its result is read after done is closed.
func (p *proc) wait() {
	defer close(p.done)
	err := p.gp.Wait()
	if err == nil {
		return
	}
	if code, ok := exitCode(err); ok {
		p.code = code
	} else {
		p.err = err
	}
}

// Wait waits for the process to end.
func (p *proc) Wait(ctx context.Context) (engine.ExitStatus, error) {
	select {
	case <-p.done:
	case <-ctx.Done():
		return engine.ExitStatus{}, context.Cause(ctx)
	}
	if p.err != nil {
		return engine.ExitStatus{}, fmt.Errorf("waiting for a process: %w", p.err)
	}
	return engine.ExitStatus{Code: p.code}, nil
}

// Signal sends a signal.
func (p *proc) Signal(ctx context.Context, sig engine.Signal) error {
	if p.attendant != nil {
		select {
		case <-p.attendant.Ready():
		case <-p.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if sig == engine.SIGKILL {
			sig = attend.Kill
		}
	}
	return p.gp.Signal(ctx, syscall.Signal(sig))
}
