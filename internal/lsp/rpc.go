package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
)

// maxMessage bounds a message, in bytes; maxHeader bounds what stands before
// it.
const (
	maxMessage = 64 << 20
	maxHeader  = 8 << 10
)

// The error codes of JSON-RPC 2.0.
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeNoMethod       = -32601
	codeInvalidParams  = -32602
)

// message is a request or a notification, which has no ID.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// reader reads messages, each with a header that says how long it is.
type reader struct{ r *bufio.Reader }

func newReader(r io.Reader) *reader { return &reader{bufio.NewReader(r)} }

// next is the next message. It is io.EOF where the stream ends between two.
func (r *reader) next() ([]byte, error) {
	length, err := r.header()
	if err != nil {
		return nil, err
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r.r, body); err != nil {
		return nil, fmt.Errorf("a message of %d bytes: %w", length, noEOF(err))
	}
	return body, nil
}

// header reads up to the empty line, and returns the length it says.
func (r *reader) header() (int, error) {
	length := -1
	for read := 0; ; {
		line, err := r.r.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, io.EOF) && read == 0 && len(line) == 0 {
				return 0, io.EOF
			}
			return 0, fmt.Errorf("a header: %w", noEOF(err))
		}
		if read += len(line); read > maxHeader {
			return 0, fmt.Errorf("a header of more than %d bytes", maxHeader)
		}
		name, value, ok := splitHeader(line)
		switch {
		case name == "" && !ok:
			if length < 0 {
				return 0, errors.New("a header without Content-Length")
			}
			return length, nil
		case name == "Content-Length":
			length, err = strconv.Atoi(value)
			if err != nil || length < 0 || length > maxMessage {
				return 0, fmt.Errorf("a message of %q bytes; the limit is %d", value, maxMessage)
			}
		}
	}
}

// splitHeader takes a header line apart; an empty line has neither name nor
// colon.
func splitHeader(line []byte) (name, value string, ok bool) {
	s := textproto.TrimString(string(line))
	for k := range len(s) {
		if s[k] == ':' {
			return textproto.CanonicalMIMEHeaderKey(textproto.TrimString(s[:k])), textproto.TrimString(s[k+1:]), true
		}
	}
	return s, "", false
}

// noEOF is an end in the middle of something.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// writer writes messages, one at a time. The first failure is kept.
type writer struct {
	mu     sync.Mutex
	w      io.Writer
	failed error
}

func (w *writer) err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

func (w *writer) send(m map[string]any) {
	m["jsonrpc"] = "2.0"
	b, err := json.Marshal(m)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && w.failed == nil {
		_, err = fmt.Fprintf(w.w, "Content-Length: %d\r\n\r\n%s", len(b), b)
	}
	if w.failed == nil {
		w.failed = err
	}
}

// answer answers a request.
func (w *writer) answer(id json.RawMessage, result any) {
	w.send(map[string]any{"id": id, "result": result})
}

// fail answers a request with an error.
func (w *writer) fail(id json.RawMessage, code int, text string) {
	w.send(map[string]any{"id": id, "error": map[string]any{"code": code, "message": text}})
}

// notify tells the client something.
func (w *writer) notify(method string, params any) {
	w.send(map[string]any{"method": method, "params": params})
}
