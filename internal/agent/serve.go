package agent

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Serve answers the requests on r, one after the other, on w. It returns nil
// at the end of r, which also ends a request under way: nobody waits for its
// answer any more.
func Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, readErr := readLines(ctx, cancel, r)
	out := bufio.NewWriter(w)
	for line := range lines {
		res := handle(ctx, line)
		if ctx.Err() != nil {
			break
		}
		b, err := json.Marshal(res)
		if err != nil {
			return fmt.Errorf("encoding an answer: %w", err)
		}
		out.Write(append(b, '\n')) //nolint:errcheck // Flush returns it
		if err := out.Flush(); err != nil {
			return fmt.Errorf("sending an answer: %w", err)
		}
	}
	select {
	case err := <-readErr:
		return err
	default:
		return context.Cause(ctx)
	}
}

// readLines reads until r ends and then cancels.
func readLines(ctx context.Context, cancel context.CancelFunc, r io.Reader) (<-chan []byte, <-chan error) {
	lines, done := make(chan []byte), make(chan error, 1)
	go func() {
		defer close(lines)
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, maxRequest)
		for sc.Scan() {
			select {
			case lines <- bytes.Clone(sc.Bytes()):
			case <-ctx.Done():
				return
			}
		}
		err := sc.Err()
		if err != nil {
			err = fmt.Errorf("reading requests: %w", err)
		}
		done <- err
		cancel()
	}()
	return lines, done
}

func handle(ctx context.Context, line []byte) Response {
	var req Request
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return Response{ID: req.ID, Failure: &Failure{Malformed, err.Error()}}
	}
	if req.Timeout <= 0 {
		req.Timeout = DefaultTimeout
	}
	start := time.Now()
	res := answer(ctx, req)
	res.ID, res.Duration = req.ID, time.Since(start)
	return res
}

func answer(ctx context.Context, req Request) Response {
	if err := req.check(); err != nil {
		return Response{Failure: &Failure{Malformed, err.Error()}}
	}
	switch req.Kind {
	case KindHTTP, KindTCP:
		return once(ctx, req)
	case KindWait:
		return wait(ctx, req)
	default:
		ctx, cancel := context.WithTimeout(ctx, req.Timeout)
		defer cancel()
		return execute(ctx, req.Args)
	}
}

func (req Request) check() error {
	switch req.Kind {
	case KindHTTP, KindTCP, KindWait:
		if req.Port < 1 || req.Port > 65535 {
			return fmt.Errorf("port %d is out of range", req.Port)
		}
		if req.Kind == KindHTTP && req.HTTP == nil {
			return errors.New("an http request lacks its http part")
		}
	case KindExec:
		if len(req.Args) == 0 {
			return errors.New("an exec request lacks its command")
		}
	default:
		return fmt.Errorf("unknown kind of request %q", req.Kind)
	}
	return nil
}

// once asks one time.
func once(ctx context.Context, req Request) Response {
	ctx, cancel := context.WithTimeout(ctx, req.Timeout)
	defer cancel()
	if req.HTTP != nil {
		return fetch(ctx, req.Port, *req.HTTP)
	}
	conn, err := dial(ctx, req.Port)
	if err != nil {
		return Response{Failure: failure(err)}
	}
	conn.Close()
	return Response{}
}

const (
	// waitStep is the pause between two attempts.
	waitStep = 100 * time.Millisecond
	// closedGrace is how long a wait bears with connections that are
	// accepted and then closed, as of a server about to start or of one
	// that does not speak HTTP.
	closedGrace = 5 * time.Second
)

// wait asks until something answers or the time is over.
func wait(ctx context.Context, req Request) Response {
	var closedSince time.Time
	for end := time.Now().Add(req.Wait); ; {
		res := once(ctx, req)
		if res.Failure == nil {
			return res
		}
		switch res.Failure.Reason {
		case Refused:
			closedSince = time.Time{}
		case Closed:
			if closedSince.IsZero() {
				closedSince = time.Now()
			}
			if time.Since(closedSince) > closedGrace {
				return res
			}
		default:
			return res
		}
		if time.Until(end) < waitStep {
			return res
		}
		select {
		case <-ctx.Done():
			return res
		case <-time.After(waitStep):
		}
	}
}
