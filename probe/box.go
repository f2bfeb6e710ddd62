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
	began     time.Time
	// ended is closed when the first process is over; code, err and lived
	// are set by then. err says why it could not be run at all.
	ended  chan struct{}
	code   int
	err    error
	lived  time.Duration
	stdout tail
	stderr tail

	// asker is the agent to be started, asked says that it was: with the
	// first question, so that what is never asked runs undisturbed.
	asker  engine.Process
	asked  bool
	client *agent.Client
	pipes  []io.Closer
	hungUp sync.Once
	// agentErr is what the agent wrote to its stderr.
	agentErr tail
}

// open starts a container with the image's start command or, when alone is
// set, with nothing but the agent.
func (s *session) open(alone bool, user string) (*box, error) {
	ctx, cancel := context.WithCancel(s.ctx)
	b := &box{ctx: ctx, cancel: cancel, ended: make(chan struct{}), asked: alone}
	b.asker = engine.Process{Args: agent.Command(), Env: s.opts.Env, User: user}
	b.talk(&b.asker)
	req := engine.RunRequest{
		Image:  s.image,
		Net:    s.opts.Net,
		Mounts: map[string]string{agent.Dir: s.opts.AgentDir},
		Init:   b.asker,
	}
	if !alone {
		req.Init = engine.Process{Env: s.opts.Env, User: user, Stdout: &b.stdout, Stderr: &b.stderr}
	}
	c, err := s.runner.Run(ctx, req)
	if err != nil {
		b.hangUp()
		cancel()
		return nil, err
	}
	b.container, b.began = c, time.Now()
	go b.watch(ctx)
	return b, nil
}

// errNoCommand is the end of a container that has nothing to start.
var errNoCommand = errors.New("the image has neither ENTRYPOINT nor CMD")

// neverStarted is a box without a container.
func neverStarted(ctx context.Context, err error) *box {
	b := &box{ctx: ctx, ended: make(chan struct{}), err: err}
	close(b.ended)
	return b
}

// watch notes the end of the first process, with which all others end.
func (b *box) watch(ctx context.Context) {
	st, err := b.container.Init().Wait(ctx)
	b.code, b.err, b.lived = st.Code, err, time.Since(b.began)
	if inner := errors.Unwrap(err); inner != nil {
		b.err = inner // without the engine's words around it
	}
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
	if b.container == nil {
		return nil
	}
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

// startAgent starts the agent beside the image's own process.
func (b *box) startAgent() error {
	b.asked = true
	proc, err := b.container.Exec(b.ctx, b.asker)
	if err != nil {
		return fmt.Errorf("starting the agent: %w", err)
	}
	go func() {
		proc.Wait(b.ctx) //nolint:errcheck // the client's next question fails
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
	var res agent.Response
	var err error
	if !b.asked {
		err = b.startAgent()
	}
	if err == nil {
		limit, cancel := context.WithTimeout(ctx, req.Timeout+req.Wait+answerGrace)
		defer cancel()
		res, err = b.client.Do(limit, req)
	}
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
