// Package attend is a small program that starts a further process in a running
// container, and what the engine's side needs to talk to it.
//
// BuildKit ends a container as soon as any of its processes fails: a probe that
// answers "no" would take the probed server along. So the engine starts our own
// program, mounted into the container, in place of the process; it starts the
// process in turn, always exits with 0 and reports the real exit code on
// stderr, in a mark that a Filter takes out again.
package attend

import (
	"bytes"
	"io"
	"path/filepath"
	"strconv"
	"sync"
)

// Name is the base name under which the program acts as the attendant.
const Name = "schlank-attend"

// Kill is the signal that has the attendant kill its process (SIGUSR2): one
// that were killed itself could not report.
const Kill = 12

// Is reports whether a program started as argv0 is to act as the attendant.
func Is(argv0 string) bool { return filepath.Base(argv0) == Name }

// Args is the command line of the attendant at path for a command. The nonce
// keeps the process from forging a mark by chance.
func Args(path, nonce string, command []string) []string {
	return append([]string{path, nonce}, command...)
}

// mark is what the attendant writes between prefix and end: ready when it
// takes signals, the exit code when its process has ended.
func mark(nonce string) (prefix, end []byte) {
	return []byte("\x00" + Name + " " + nonce + " "), []byte{0}
}

const (
	ready = "ready"
	// maxWord is the longest text of a mark.
	maxWord = len(ready)
)

// Filter passes stderr on without the marks and keeps what they say.
type Filter struct {
	mu     sync.Mutex
	w      io.Writer
	prefix []byte
	end    []byte
	held   []byte // what may be the beginning of a mark
	ready  chan struct{}
	isUp   bool
	code   int
	known  bool
}

// NewFilter makes a filter in front of w.
func NewFilter(w io.Writer, nonce string) *Filter {
	f := &Filter{w: w, ready: make(chan struct{})}
	f.prefix, f.end = mark(nonce)
	return f
}

// Write passes on what cannot be part of a mark.
func (f *Filter) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, p...)
	for {
		at := bytes.Index(f.held, f.prefix)
		if at < 0 {
			return len(p), f.pass(len(f.held) - f.overlap())
		}
		if err := f.pass(at); err != nil {
			return 0, err
		}
		word, rest, ok := bytes.Cut(f.held[len(f.prefix):], f.end)
		switch {
		case !ok && len(word) <= maxWord:
			return len(p), nil // the rest is to come
		case ok && len(word) <= maxWord && f.take(string(word)):
			f.held = append([]byte(nil), rest...)
		default: // not a mark after all
			if err := f.pass(len(f.prefix)); err != nil {
				return 0, err
			}
		}
	}
}

// take reads a mark's text and reports whether it is one.
func (f *Filter) take(word string) bool {
	if word == ready {
		if !f.isUp {
			f.isUp = true
			close(f.ready)
		}
		return true
	}
	code, err := strconv.ParseUint(word, 10, 8)
	if err == nil {
		f.code, f.known = int(code), true
	}
	return err == nil
}

// pass writes the first n held bytes.
func (f *Filter) pass(n int) error {
	if n == 0 {
		return nil
	}
	_, err := f.w.Write(f.held[:n])
	f.held = append([]byte(nil), f.held[n:]...)
	return err
}

// overlap is how many bytes at the end of held begin a mark.
func (f *Filter) overlap() int {
	for n := min(len(f.prefix), len(f.held)); n > 0; n-- {
		if bytes.HasSuffix(f.held, f.prefix[:n]) {
			return n
		}
	}
	return 0
}

// Close passes on what was held back.
func (f *Filter) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pass(len(f.held))
}

// Ready is closed once the attendant takes signals.
func (f *Filter) Ready() <-chan struct{} { return f.ready }

// Code is the exit code the attendant reported, if it did.
func (f *Filter) Code() (code int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.code, f.known
}
