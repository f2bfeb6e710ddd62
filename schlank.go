// Package schlank is the façade of the program: one function a verb, with an
// options struct whose zero value is the default. The command line, and any
// other front end, calls nothing below it.
package schlank

import (
	"context"
	"errors"
	"fmt"
	"io"

	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/basestore"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/embedded"
	"schlank/optimize"
)

// EngineOptions say which BuildKit does the work.
type EngineOptions struct {
	// Address is "embedded" (the default), "docker", or a unix://, tcp://,
	// ssh://, docker-container://, podman-container:// or kube-pod:// URL.
	Address string
	// State is the directory of the embedded engine and of built images;
	// the default lies in the user's data directory.
	State string
	// Bases is the directory of a base store: an OCI layout whose index
	// names references that FROM lines are served from.
	Bases string
	// MaxBytes limits the build cache of the embedded engine, in bytes; the
	// default is 30 GB.
	MaxBytes int64
	// Registries maps registry hosts to how they are reached.
	Registries map[string]Registry
	// BuiltinRuntime makes the embedded engine ignore an installed runc.
	BuiltinRuntime bool
	// Notice receives one-line messages for the user; nil drops them.
	Notice io.Writer
}

// Registry says how a registry host is reached.
type Registry = embedded.Registry

// ErrNoEmbedded is wrapped by errors that say why no engine can be embedded
// on this machine.
var ErrNoEmbedded = embedded.ErrUnavailable

// Engine is an opened engine; close it to end what it runs.
type Engine struct {
	d *driver.Driver
	// recording is d, with a record made of each build.
	recording engine.Engine
}

// OpenEngine starts the embedded engine or connects to another.
func OpenEngine(ctx context.Context, opt EngineOptions) (*Engine, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	d, err := intengine.Open(ctx, intengine.Options{
		Address:        opt.Address,
		State:          opt.State,
		Bases:          opt.Bases,
		MaxBytes:       opt.MaxBytes,
		Registries:     opt.Registries,
		BuiltinRuntime: opt.BuiltinRuntime,
		Notice:         opt.Notice,
	})
	if err != nil {
		return nil, err
	}
	records, err := recordDir(opt.State)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Engine{d: d, recording: recorder{d, records}}, nil
}

// Close ends the engine.
func (e *Engine) Close() error { return e.d.Close() }

// Describe names the engine for people.
func (e *Engine) Describe() string { return e.d.Describe() }

// Usage is what an engine keeps on disk.
type Usage struct {
	// CacheRecords and CacheBytes are the build cache, ReclaimableBytes the
	// part of it that a prune frees.
	CacheRecords     int   `json:"cache_records"`
	CacheBytes       int64 `json:"cache_bytes"`
	ReclaimableBytes int64 `json:"reclaimable_bytes"`
	// Images and ImageBytes are the built images in the local store.
	Images     int   `json:"images"`
	ImageBytes int64 `json:"image_bytes"`
}

// DiskUsage asks the engine what it keeps.
func DiskUsage(ctx context.Context, e *Engine) (Usage, error) {
	u, err := e.d.Usage(ctx)
	if err != nil {
		return Usage{}, err
	}
	n, bytes, err := e.d.Images().Size()
	if err != nil {
		return Usage{}, err
	}
	return Usage{CacheRecords: u.Records, CacheBytes: u.Bytes, ReclaimableBytes: u.Reclaimable, Images: n, ImageBytes: bytes}, nil
}

// Prune frees the build cache down to keepBytes (0: all that is unused) and,
// when keepBytes is 0, the built images too. It returns the bytes freed.
func Prune(ctx context.Context, e *Engine, keepBytes int64) (int64, error) {
	freed, err := e.d.Prune(ctx, keepBytes)
	if err != nil || keepBytes > 0 {
		return freed, err
	}
	n, err := e.d.Images().Keep(0)
	if err != nil {
		return freed, fmt.Errorf("removing built images: %w", err)
	}
	return freed + n, nil
}

// ErrorDetails returns the excerpt, log and hint of a failed build, "" for
// other errors.
func ErrorDetails(err error) string {
	var be *engine.BuildError
	var fe *optimize.FindingsError
	switch {
	case errors.As(err, &be):
		return be.Details()
	case errors.As(err, &fe):
		return fe.Details()
	}
	return ""
}

// LabelStandIn is the label in which a base image says that it stands in for
// an official one.
const LabelStandIn = basestore.LabelStandIn
