// Package agent is the program schlank runs inside a container under test:
// its own binary, mounted read-only, so that nothing of the image is needed
// to question what runs in it. It reads requests as JSON lines on stdin and
// answers on stdout.
//
// The package has both ends: Serve inside the container, Client outside, and
// Stage, which puts the binary where an engine can mount it. It imports
// nothing of this module.
package agent

import "time"

// The place of the agent in a container and the verb that starts it.
const (
	// Dir is where the directory made by Stage is mounted.
	Dir = "/.schlank"
	// Name is the file in that directory.
	Name = "schlank"
	// Verb is the hidden verb of the program that calls Serve.
	Verb = "__agent"
)

// Command is the command line that starts the agent in a container.
func Command() []string { return []string{Dir + "/" + Name, Verb} }

// Limits of what the agent sends back, in bytes.
const (
	// MaxBody is how much of an HTTP body is kept.
	MaxBody = 1 << 20
	// MaxOutput is how much of a command's stdout, and of its stderr, is
	// kept.
	MaxOutput = 256 << 10
	// maxRequest and maxResponse bound a line of the protocol.
	maxRequest  = 1 << 20
	maxResponse = 4 << 20
)

// DefaultTimeout is used for requests that name no timeout.
const DefaultTimeout = 30 * time.Second

// Kind says what a request asks for.
type Kind string

// The kinds of requests.
const (
	KindHTTP Kind = "http" // one HTTP request
	KindTCP  Kind = "tcp"  // one connection attempt
	KindExec Kind = "exec" // a command
	KindWait Kind = "wait" // KindHTTP or KindTCP, repeated until answered
)

// Request is one line on the agent's stdin.
type Request struct {
	ID   int64 `json:"id"`
	Kind Kind  `json:"kind"`
	// Timeout bounds the request, for KindWait each attempt, in
	// nanoseconds; 0 means DefaultTimeout.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Wait is how long KindWait repeats attempts that fail, in nanoseconds.
	Wait time.Duration `json:"wait,omitempty"`
	// Port is the TCP port on the loopback interface for KindTCP, KindHTTP
	// and KindWait.
	Port int `json:"port,omitempty"`
	// HTTP is the request to send for KindHTTP; when it is set, KindWait
	// waits for an HTTP answer, else for an accepted connection.
	HTTP *HTTPRequest `json:"http,omitempty"`
	// Args is the command line for KindExec. It runs as the agent's user,
	// with its environment, in its working directory.
	Args []string `json:"args,omitempty"`
}

// HTTPRequest is what to send. Redirects are not followed.
type HTTPRequest struct {
	Method string `json:"method"`
	// Path starts with a slash and may have a query.
	Path string `json:"path"`
	// Header are header fields; a Host replaces the default
	// "localhost:PORT", by which a local user would call the service.
	Header []Field `json:"header,omitempty"`
}

// Field is a header field.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Response is one line on the agent's stdout. Exactly one of Failure, HTTP
// and Exec is set, or none for a connection that was accepted.
type Response struct {
	ID      int64         `json:"id"`
	Failure *Failure      `json:"failure,omitempty"`
	HTTP    *HTTPResponse `json:"http,omitempty"`
	Exec    *ExecResult   `json:"exec,omitempty"`
	// Duration is how long the request took, in nanoseconds.
	Duration time.Duration `json:"duration"`
}

// Failure is a request that got no answer. Its text holds nothing that
// changes from run to run, such as a local port.
type Failure struct {
	Reason Reason `json:"reason"`
	Text   string `json:"text"`
}

// Reason classifies failures.
type Reason string

// The reasons why a request got no answer.
const (
	Refused   Reason = "refused"   // nothing listens on the port
	Closed    Reason = "closed"    // the connection was closed or reset
	Timeout   Reason = "timeout"   // no answer in time
	NotHTTP   Reason = "not-http"  // something else than HTTP answered
	NotFound  Reason = "not-found" // no such command, or it cannot be started
	Malformed Reason = "malformed" // the request makes no sense
)

// HTTPResponse is an HTTP answer.
type HTTPResponse struct {
	Status int `json:"status"`
	// Header is sorted by name; values of one name keep their order.
	Header []Field `json:"header,omitempty"`
	Body   []byte  `json:"body,omitempty"`
	// Truncated says that the body went on after MaxBody bytes.
	Truncated bool `json:"truncated,omitempty"`
	// Broken says that the body ended before it was complete.
	Broken bool `json:"broken,omitempty"`
}

// ExecResult is how a command ended.
type ExecResult struct {
	// Code is the exit code, 128+n for a command killed by signal n.
	Code   int    `json:"code"`
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	// Truncated says that a stream went on after MaxOutput bytes.
	Truncated bool `json:"truncated,omitempty"`
	// TimedOut says that the command was killed at the timeout.
	TimedOut bool `json:"timed_out,omitempty"`
}
