package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrEnded is wrapped by errors of a Client whose agent is gone, as it is
// when its container ended.
var ErrEnded = errors.New("the agent has ended")

// Client is the outer end of a conversation with an agent. It asks one thing
// at a time.
type Client struct {
	mu     sync.Mutex
	w      io.Writer
	lines  chan []byte
	err    error // why lines was closed
	closed chan struct{}
	lastID int64
}

// NewClient talks to the agent that reads w and writes r. The caller ends the
// conversation by closing both and then the client.
func NewClient(w io.Writer, r io.Reader) *Client {
	c := &Client{w: w, lines: make(chan []byte), closed: make(chan struct{})}
	go c.read(r)
	return c
}

// Close drops answers nobody waits for; it is called once.
func (c *Client) Close() { close(c.closed) }

func (c *Client) read(r io.Reader) {
	defer close(c.lines)
	br := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readLine(br)
		if err != nil {
			c.err = err
			return
		}
		select {
		case c.lines <- line:
		case <-c.closed:
			return
		}
	}
}

// readLine reads a line of at most maxResponse bytes.
func readLine(br *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxResponse {
			return nil, fmt.Errorf("an answer exceeds %d bytes", maxResponse)
		}
		if err == nil {
			return line, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

// Do asks the agent and waits for its answer. Errors are those of the
// conversation; what went wrong with the request itself is in the response.
func (c *Client) Do(ctx context.Context, req Request) (Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	req.ID = c.lastID
	b, err := json.Marshal(req)
	if err != nil {
		return Response{}, fmt.Errorf("asking the agent: %w", err)
	}
	if err := c.send(ctx, append(b, '\n')); err != nil {
		return Response{}, err
	}
	for {
		select {
		case <-ctx.Done():
			return Response{}, context.Cause(ctx)
		case line, ok := <-c.lines:
			if !ok {
				return Response{}, fmt.Errorf("%w: %w", ErrEnded, c.err)
			}
			var res Response
			if err := json.Unmarshal(line, &res); err != nil {
				return Response{}, fmt.Errorf("reading the agent's answer: %w", err)
			}
			if res.ID == req.ID {
				return res, nil
			} // else the late answer to a request whose context ended
		}
	}
}

// send writes without outliving ctx: an agent that does not read must not
// hold its client.
func (c *Client) send(ctx context.Context, b []byte) error {
	sent := make(chan error, 1)
	go func() {
		_, err := c.w.Write(b)
		sent <- err
	}()
	select {
	case err := <-sent:
		if err != nil {
			return fmt.Errorf("%w: %w", ErrEnded, err)
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
