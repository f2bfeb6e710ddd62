package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"schlank/engine"
	"schlank/internal/agent"
)

// box is a container with an agent in it.
type box struct {
	container engine.Container
	ctx       context.Context
	cancel    context.CancelFunc
	// ended is closed when the first process is over; code and err are set
	// by then. err says that it could not be run at all.
	ended  chan struct{}
	code   int
	err    error
	stdout tail
	stderr tail

	client *agent.Client
	pipes  []io.Closer
	hungUp sync.Once
	// agentErr is what the agent wrote to its stderr.
	agentErr tail
}

// open starts a container with the image's start command and an agent
// beside it or, when alone is set, with nothing but the agent.
func (s *session) open(alone bool) (*box, error) {
	ctx, cancel := context.WithCancel(s.ctx)
	b := &box{ctx: ctx, cancel: cancel, ended: make(chan struct{})}
	asker := engine.Process{Args: agent.Command(), Env: s.opts.Env, User: s.opts.User}
	b.talk(&asker)
	req := engine.RunRequest{
		Image:  s.image,
		Net:    s.opts.Net,
		Mounts: map[string]string{agent.Dir: s.opts.AgentDir},
		Init:   asker,
	}
	if !alone {
		req.Init = engine.Process{Env: s.opts.Env, User: s.opts.User, Stdout: &b.stdout, Stderr: &b.stderr}
	}
	c, err := s.runner.Run(ctx, req)
	if err != nil {
		b.hangUp()
		cancel()
		return nil, err
	}
	b.container = c
	go b.watch(ctx)
	if !alone {
		err = b.startAgent(ctx, asker)
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// watch notes the end of the first process, with which all others end.
func (b *box) watch(ctx context.Context) {
	st, err := b.container.Init().Wait(ctx)
	b.code, b.err = st.Code, err
	close(b.ended)
	b.hangUp()
}

// talk connects a client to the standard streams of an agent process.
func (b *box) talk(p *engine.Process) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	p.Stdin, p.Stdout, p.Stderr = inR, outW, &b.agentErr
	b.pipes = []io.Closer{inR, inW, outR, outW}
	b.client = agent.NewClient(inW, outR)
}

// hangUp ends the conversation with the agent.
func (b *box) hangUp() {
	b.hungUp.Do(func() {
		for _, p := range b.pipes {
			p.Close() // a pipe's Close returns nil
		}
		b.client.Close()
	})
}

// stopTimeout bounds the end of a container.
const stopTimeout = time.Minute

// close ends the container at once: how a service reacts to a signal is not
// asked.
func (b *box) close() error {
	defer b.cancel()
	b.hangUp()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), stopTimeout)
	defer cancel()
	if err := b.container.Stop(ctx, 0); err != nil {
		return fmt.Errorf("stopping the container: %w", err)
	}
	<-b.ended
	return nil
}

// endGrace is how long an engine takes to report the end of a container
// after it refused to start a process in it.
const endGrace = 2 * time.Second

// startAgent starts the agent beside the image's own process. A container
// that ended meanwhile is no error.
func (b *box) startAgent(ctx context.Context, p engine.Process) error {
	proc, err := b.container.Exec(ctx, p)
	if err != nil {
		if b.over(ctx, endGrace) {
			return nil
		}
		return fmt.Errorf("starting the agent: %w", err)
	}
	go func() {
		proc.Wait(ctx) //nolint:errcheck // the client's next question fails
		b.hangUp()
	}()
	return nil
}

// over waits a little for the first process to end.
func (b *box) over(ctx context.Context, grace time.Duration) bool {
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-b.ended:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// running says that the first process is not known to have ended.
func (b *box) running() bool {
	select {
	case <-b.ended:
		return false
	default:
		return true
	}
}

// errGone says that the container ended before it answered.
var errGone = errors.New("the container has ended")

// do asks the agent. The container's end is errGone.
func (b *box) do(ctx context.Context, req agent.Request) (agent.Response, error) {
	if !b.running() {
		return agent.Response{}, errGone
	}
	ctx, cancel := context.WithTimeout(ctx, req.Timeout+answerGrace)
	defer cancel()
	res, err := b.client.Do(ctx, req)
	if err == nil {
		return res, nil
	}
	if b.over(ctx, endGrace) {
		return res, errGone
	}
	if t := lastLine(b.agentErr.String()); t != "" {
		err = fmt.Errorf("%w: %s", err, clip(t, maxShort))
	}
	return res, fmt.Errorf("asking in the container: %w", err)
}

// answerGrace is what an answer may take on its way beyond the time the
// request may take in the container.
const answerGrace = 20 * time.Second
