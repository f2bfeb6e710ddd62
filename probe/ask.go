package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"schlank/internal/agent"
)

// ask tells how the start command behaves; it is asked last.
func (Start) ask(s *session) (Answer, error) {
	b := s.main
	if b.running() {
		a := Answer{Useful: true, Short: "keeps running"}
		a.add("state", "running", Exact)
		return a, nil
	}
	if b.err != nil {
		return Answer{}, b.err
	}
	stdout, stderr := b.stdout.String(), b.stderr.String()
	a := Answer{Useful: b.code == 0, Short: exitShort(b.code, stdout, stderr)}
	a.add("state", "exited", Exact)
	a.add("exit", fmt.Sprint(b.code), Exact)
	a.addOutput("stdout", stdout, b.stdout.cut)
	a.addOutput("stderr", stderr, b.stderr.cut)
	return a, nil
}

// ended is the answer to what is asked of a container that is over.
func (s *session) ended() Answer {
	return noAnswer(fmt.Sprintf("no answer: the container exited with code %d", s.main.code))
}

// reach asks for something on a port. Until the port has answered once, it
// waits for it as long as the container may take to start.
func (s *session) reach(req agent.Request) (agent.Response, error) {
	if left := s.left(); !s.known[req.Port] && left > 0 {
		req.Kind, req.Timeout = agent.KindWait, max(left, time.Second)
	}
	res, err := s.main.do(s.ctx, req)
	if err == nil && res.Failure == nil && (req.HTTP != nil) {
		s.known[req.Port] = true
	}
	return res, err
}

// answerOf turns the failures of a conversation into answers; ok is false
// for one that succeeded.
func (s *session) answerOf(f *agent.Failure, err error, waited time.Duration) (_ Answer, ok bool, _ error) {
	switch {
	case errors.Is(err, errGone):
		return s.ended(), true, nil
	case err != nil:
		return Answer{}, true, err
	case f == nil:
		return Answer{}, false, nil
	case f.Reason == agent.Timeout, f.Reason == agent.Refused:
		return noAnswer(fmt.Sprintf("no answer within %s", waited)), true, nil
	}
	return noAnswer("no answer: " + f.Text), true, nil
}

func (p TCP) ask(s *session) (Answer, error) {
	res, err := s.reach(agent.Request{Kind: agent.KindTCP, Port: p.Port, Timeout: s.opts.timeout(httpTimeout)})
	if a, done, err := s.answerOf(res.Failure, err, s.opts.StartTimeout); done {
		return a, err
	}
	a := Answer{Useful: true, Short: "open"}
	a.add("port", "open", Exact)
	return a, nil
}

func (p HTTP) ask(s *session) (Answer, error) {
	if p.Port == 0 {
		return noAnswer("no port: the image exposes none (write http://:PORT" + p.Path + ")"), nil
	}
	res, err := s.reach(agent.Request{
		Kind: agent.KindHTTP, Port: p.Port, Timeout: s.opts.timeout(httpTimeout),
		HTTP: &agent.HTTPRequest{Method: p.method(), Path: p.Path, Header: p.Header},
	})
	if a, done, err := s.answerOf(res.Failure, err, s.opts.StartTimeout); done {
		return a, err
	}
	s.pages = append(s.pages, page{probe: p, res: res.HTTP})
	return httpAnswer(p.method(), res.HTTP), nil
}

// healthStep is the pause between two runs of a HEALTHCHECK that fails.
const healthStep = 500 * time.Millisecond

// ask runs the test until it succeeds or the time to start is over, as the
// state "starting" does in Docker.
func (p Healthcheck) ask(s *session) (Answer, error) {
	limit := commandTimeout
	if h := s.cfg.Healthcheck; h != nil && h.Timeout > 0 {
		limit = time.Duration(h.Timeout)
	}
	for {
		a, err := s.command(s.main, p.Args, s.opts.timeout(limit))
		if err != nil || a.Useful || !s.main.running() || s.left() < healthStep {
			return a, err
		}
		select {
		case <-time.After(healthStep):
		case <-s.ctx.Done():
			return a, context.Cause(s.ctx)
		}
	}
}

func (p Command) ask(s *session) (Answer, error) {
	args := p.Args
	if p.Shell != "" {
		args = append(shell(s.cfg), p.Shell)
	}
	b := s.main
	if !b.running() {
		var err error
		if b, err = s.quiet(); err != nil {
			return Answer{}, err
		}
	}
	a, err := s.command(b, args, s.opts.timeout(commandTimeout))
	return a, err
}

// quiet is a container in which nothing runs but the agent: where commands
// are run when the start command has ended by itself.
func (s *session) quiet() (*box, error) {
	if s.still == nil {
		b, err := s.open(true)
		if err != nil {
			return nil, err
		}
		s.still = b
	}
	return s.still, nil
}

func (s *session) command(b *box, args []string, timeout time.Duration) (Answer, error) {
	res, err := b.do(s.ctx, agent.Request{Kind: agent.KindExec, Args: args, Timeout: timeout})
	switch {
	case errors.Is(err, errGone):
		return s.ended(), nil
	case err != nil:
		return Answer{}, err
	case res.Failure != nil:
		return noAnswer("cannot start: " + res.Failure.Text), nil
	}
	return commandAnswer(res.Exec, timeout), nil
}
