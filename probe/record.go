package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"schlank/engine"
	"schlank/internal/agent"
	"schlank/inventory"
)

// Options say how to record. The zero value is the default.
type Options struct {
	// Net is the container's network; the default is a private one with
	// loopback only.
	Net engine.NetMode
	// Env is added to the image's environment; User replaces its user.
	Env  []string
	User string
	// StartTimeout is how long the container may take until its ports
	// answer and its HEALTHCHECK succeeds; the default is 30 s.
	StartTimeout time.Duration
	// Timeout is how long one probe may take after that; the default is
	// 30 s for HTTP and 2 min for commands.
	Timeout time.Duration
	// Observe is how long a container without ports and HEALTHCHECK is
	// watched before its start command counts as running; the default is
	// 10 s.
	Observe time.Duration
	// Discover is how many further URLs are asked that HTML answers link
	// to, 0 for none; DefaultDiscover is a good number. The probes found
	// are in Recording.Probes: give these to the next recording, without
	// Discover.
	Discover int
	// AgentDir is a directory made by agent.Stage; the default is to stage
	// the running program in the user's cache directory.
	AgentDir string
}

func (o Options) withDefaults() Options {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&o.StartTimeout, 30*time.Second)
	def(&o.Observe, 10*time.Second)
	return o
}

// timeout is the time one probe may take, def if the options set none.
func (o Options) timeout(def time.Duration) time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return def
}

// The default of Options.Timeout by kind of probe.
const (
	httpTimeout    = 30 * time.Second
	commandTimeout = 2 * time.Minute
)

// Recording is what a container answered.
type Recording struct {
	// Probes are those asked, in order; Answers has one for each.
	Probes  []Probe
	Answers []Answer
	// Duration is the time from start to end.
	Duration time.Duration
	// Stdout and Stderr are the ends of what the start command printed.
	Stdout, Stderr string
}

// Record starts a container of the image, asks the probes one after the
// other, and ends it. Whatever the image does or fails to do is part of the
// recording; an error means that the engine failed or ctx ended.
func Record(ctx context.Context, r engine.Runner, image engine.ImageRef, cfg inventory.Config, probes []Probe, opts Options) (*Recording, error) {
	if opts.AgentDir == "" {
		dir, err := stageAgent(cfg)
		if err != nil {
			return nil, fmt.Errorf("recording answers: %w", err)
		}
		opts.AgentDir = dir
	}
	s := &session{
		ctx: ctx, runner: r, image: image, cfg: cfg, opts: opts.withDefaults(),
		began: time.Now(), known: map[int]bool{},
	}
	rec, err := s.record(unique(probes))
	if err != nil {
		return nil, fmt.Errorf("recording answers: %w", err)
	}
	return rec, nil
}

func stageAgent(cfg inventory.Config) (string, error) {
	exe, err := agent.Locate(cfg.Architecture)
	if err != nil {
		return "", err
	}
	return agent.Stage(exe, "")
}

// session is a recording in the making.
type session struct {
	ctx    context.Context
	runner engine.Runner
	image  engine.ImageRef
	cfg    inventory.Config
	opts   Options

	began time.Time
	main  *box // the image's start command
	still *box // the agent alone, for commands after the start command ended
	again *box // the start command alone, to see how it ends
	// known are the ports that answered once: from then on nothing is
	// asked twice.
	known map[int]bool
	// pages are the HTTP answers so far, for discovery.
	pages []page
}

func (s *session) record(probes []Probe) (_ *Recording, err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	if len(s.cfg.Entrypoint)+len(s.cfg.Cmd) == 0 {
		s.main = neverStarted(s.ctx, errNoCommand)
	} else if s.main, err = s.open(false, s.opts.User); err != nil {
		return nil, err
	}
	if !awaitsPorts(probes) {
		if err := s.observe(); err != nil {
			return nil, err
		}
	}
	rec := &Recording{Probes: probes, Answers: make([]Answer, len(probes))}
	if err := s.askAll(rec); err != nil {
		return nil, err
	}
	if s.opts.Discover > 0 {
		if err := s.discover(rec); err != nil {
			return nil, err
		}
	}
	// How the start command behaves is known after all else.
	for i, p := range rec.Probes {
		if _, ok := p.(Start); ok {
			if err := s.ask(rec, i); err != nil {
				return nil, err
			}
		}
	}
	if !s.main.running() {
		if err := s.blame(); err != nil {
			return nil, err
		}
	}
	rec.Stdout, rec.Stderr = s.main.stdout.String(), s.main.stderr.String()
	rec.Duration = time.Since(s.began)
	return rec, nil
}

func (s *session) askAll(rec *Recording) error {
	for i, p := range rec.Probes {
		if _, ok := p.(Start); ok {
			continue
		}
		if err := s.ask(rec, i); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) ask(rec *Recording, i int) error {
	at := time.Now()
	a, err := rec.Probes[i].ask(s)
	if err == nil {
		err = context.Cause(s.ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", rec.Probes[i].Name(), err)
	}
	a.At, a.Duration = at, time.Since(at)
	rec.Answers[i] = a
	return nil
}

// blame tells an image that cannot be started, as one without its user, from
// an engine that fails: with the agent as root every image can be started.
func (s *session) blame() error {
	ended, err := s.autopsy()
	if err != nil || ended.running() || ended.err == nil || errors.Is(ended.err, errNoCommand) {
		return err
	}
	b, err := s.open(true, "0:0")
	if err != nil {
		return err
	}
	_, err = b.do(s.ctx, agent.Request{Kind: agent.KindTCP, Port: 1, Timeout: time.Second})
	if errors.Is(err, errGone) && b.err != nil {
		err = b.err
	}
	return errors.Join(err, b.close())
}

// awaitsPorts says whether some probe waits for the service to be ready.
func awaitsPorts(probes []Probe) bool {
	for _, p := range probes {
		switch p := p.(type) {
		case TCP, Healthcheck:
			return true
		case HTTP:
			if p.Port != 0 {
				return true
			}
		}
	}
	return false
}

// observe gives a start command that opens no ports the time to end.
func (s *session) observe() error {
	t := time.NewTimer(s.opts.Observe)
	defer t.Stop()
	select {
	case <-s.main.ended:
	case <-t.C:
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
	return nil
}

// left is what remains of the time to start.
func (s *session) left() time.Duration {
	return time.Until(s.began.Add(s.opts.StartTimeout))
}

func (s *session) close() error {
	var errs []error
	for _, b := range []*box{s.main, s.still, s.again} {
		if b != nil {
			errs = append(errs, b.close())
		}
	}
	return errors.Join(errs...)
}
