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
	if s.main.running() {
		a := Answer{Useful: true, Short: "keeps running"}
		a.add("state", "running", Exact)
		return a, nil
	}
	b, err := s.autopsy()
	switch {
	case err != nil:
		return Answer{}, err
	case b.running():
		a := Answer{Short: "ends when asked"}
		a.add("state", a.Short, Exact)
		return a, nil
	case b.err != nil:
		a := Answer{Short: b.end()}
		a.add("state", a.Short, Text)
		return a, nil
	}
	stdout, cutOut := b.stdout.kept()
	stderr, cutErr := b.stderr.kept()
	a := Answer{Useful: b.code == 0, Short: exitShort(b.code, stdout, stderr)}
	a.add("state", "exited", Exact)
	a.add("exit", fmt.Sprint(b.code), Exact)
	a.addOutput("stdout", stdout, cutOut)
	a.addOutput("stderr", stderr, cutErr)
	return a, nil
}

// autopsyGrace is how much longer than before a container may take to end
// when it is run again.
const autopsyGrace = 5 * time.Second

// autopsy returns a container that tells how the start command ended. When an
// agent was in the container that ended, another is run without: the exit code
// of a container whose other processes die with it is lost in BuildKit every
// now and then, and reads 0.
func (s *session) autopsy() (*box, error) {
	if !s.main.asked {
		return s.main, nil
	}
	if s.again == nil {
		b, err := s.open(false, s.opts.User)
		if err != nil {
			return nil, err
		}
		s.again = b
		b.over(s.ctx, s.main.lived+autopsyGrace)
	}
	return s.again, context.Cause(s.ctx)
}

// gone is the answer to what is asked of the container after its end.
func (s *session) gone() (Answer, error) {
	b, err := s.autopsy()
	if err != nil {
		return Answer{}, err
	}
	return noAnswer("no answer: " + b.end()), nil
}

// end says in words how the first process ended.
func (b *box) end() string {
	switch {
	case b.running():
		return "the container ended"
	case b.err != nil:
		return clip("cannot start: "+b.err.Error(), maxShort)
	}
	return fmt.Sprintf("the container exited with code %d", b.code)
}

// reach asks for something on a port. Until the port has answered once, it
// waits for it as long as the container may take to start. Without an answer
// it returns why, as one.
func (s *session) reach(req agent.Request) (agent.Response, Answer, error) {
	req.Timeout = s.opts.timeout(httpTimeout)
	waited := req.Timeout
	if !s.known[req.Port] {
		req.Kind, req.Wait = agent.KindWait, max(s.left(), 0)
		waited = s.opts.StartTimeout
	}
	res, err := s.main.do(s.ctx, req)
	switch f := res.Failure; {
	case errors.Is(err, errGone):
		a, err := s.gone()
		return res, a, err
	case err != nil:
		return res, Answer{}, err
	case f == nil:
		// A connection alone may be the kernel's doing, ahead of the server.
		s.known[req.Port] = s.known[req.Port] || req.HTTP != nil
		return res, Answer{}, nil
	case f.Reason == agent.Timeout, f.Reason == agent.Refused && !s.known[req.Port]:
		return res, noAnswer("no answer within " + seconds(waited)), nil
	default:
		return res, noAnswer("no answer: " + f.Text), nil
	}
}

func (p TCP) ask(s *session) (Answer, error) {
	_, none, err := s.reach(agent.Request{Kind: agent.KindTCP, Port: p.Port})
	if err != nil || none.Facts != nil {
		return none, err
	}
	a := Answer{Useful: true, Short: "open"}
	a.add("port", "open", Exact)
	return a, nil
}

func (p HTTP) ask(s *session) (Answer, error) {
	if p.Port == 0 {
		return noAnswer("no port: the image exposes none (write http://:PORT" + p.Path + ")"), nil
	}
	res, none, err := s.reach(agent.Request{
		Kind: agent.KindHTTP, Port: p.Port,
		HTTP: &agent.HTTPRequest{Method: p.method(), Path: p.Path, Header: p.Header},
	})
	if err != nil || none.Facts != nil {
		return none, err
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
	return s.command(b, args, s.opts.timeout(commandTimeout))
}

// quiet is a container in which nothing runs but the agent: where commands
// are run when the start command has ended by itself.
func (s *session) quiet() (*box, error) {
	if s.still == nil {
		b, err := s.open(true, s.opts.User)
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
	case errors.Is(err, errGone) && b == s.main:
		return s.gone()
	case errors.Is(err, errGone):
		return noAnswer("no answer: " + b.end()), nil
	case err != nil:
		return Answer{}, err
	case res.Failure != nil:
		return noAnswer("cannot start: " + res.Failure.Text), nil
	}
	return commandAnswer(res.Exec, timeout), nil
}
