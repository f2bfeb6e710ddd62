// Package embedded runs BuildKit inside this process: a runc worker, the
// Dockerfile and gateway frontends and the control API, served over an
// in-memory connection. It works on Linux only; elsewhere Start says so and
// names the alternatives.
//
// State (snapshots, content, build cache) lives in one directory, guarded by a
// lock of our own because bbolt would block for ever on a second opener.
package embedded

import (
	"errors"
	"fmt"
	"io"
)

// Options configure the engine.
type Options struct {
	// Root is the state directory; it is created when missing.
	Root string
	// MaxBytes limits what the build cache keeps after a build, in bytes;
	// 0 means DefaultMaxBytes.
	MaxBytes int64
	// Registries maps a registry host to how it is reached.
	Registries map[string]Registry
	// Notice receives one-line messages for the user; nil drops them.
	Notice io.Writer
	// ForceBuiltinRuntime ignores an installed runc.
	ForceBuiltinRuntime bool
}

// DefaultMaxBytes is the size the build cache is collected down to: 30 GB.
const DefaultMaxBytes = 30e9

// Registry says how to reach a registry host.
type Registry struct {
	// Mirrors are asked first, in order ("mirror.example:5000").
	Mirrors []string
	// PlainHTTP talks HTTP instead of HTTPS.
	PlainHTTP bool
	// Insecure accepts any certificate.
	Insecure bool
	// RootCAs are PEM files trusted for this host.
	RootCAs []string
}

// UnavailableError says why no engine can be embedded on this machine.
type UnavailableError struct {
	// Missing is what the machine lacks.
	Missing string
	// Hint is what to do about it.
	Hint string
	Err  error
}

// ErrUnavailable is wrapped by every UnavailableError.
var ErrUnavailable = errors.New("the embedded engine cannot run here")

func (e *UnavailableError) Error() string {
	msg := fmt.Sprintf("%v: %s", ErrUnavailable, e.Missing)
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		msg += " (" + e.Hint + ")"
	}
	return msg
}

// Unwrap lets errors.Is find ErrUnavailable and the cause.
func (e *UnavailableError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrUnavailable}
	}
	return []error{ErrUnavailable, e.Err}
}

const alternatives = "or name another engine with --engine: docker, unix://, tcp://, ssh://, docker-container://, podman-container://, kube-pod://"
