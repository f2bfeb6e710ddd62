// Package engine is the seam to the BuildKit that builds and runs: what is
// asked of an engine and what it answers, free of any engine's own types.
// internal/engine/* implement it.
package engine

import (
	"context"
	"io"
	"time"
)

// Engine builds images and runs processes in them.
type Engine interface {
	Builder
	Runner
	// Describe names the engine for people: "embedded (runc 1.1.5)".
	Describe() string
	io.Closer
}

// Builder turns a Dockerfile and a context into an image in an OCI layout.
type Builder interface {
	Build(ctx context.Context, req BuildRequest) (*BuildResult, error)
}

// Runner starts containers of built images.
type Runner interface {
	Run(ctx context.Context, req RunRequest) (Container, error)
}

// BuildRequest says what to build. Only Context or ContextFS is required.
type BuildRequest struct {
	// Context is the directory of the build context.
	Context string
	// Dockerfile is the text to build. Name is what messages call it.
	Dockerfile []byte
	Name       string
	// Ignore replaces the context's .dockerignore when not nil.
	Ignore []byte
	// Target is the stage to build, "" for the last one.
	Target string
	Args   map[string]string
	// Secrets maps ids to files.
	Secrets map[string]string
	// Platform is "os/arch[/variant]", "" for the engine's own.
	Platform string
	// Contexts are named contexts (`docker build --build-context`): a
	// directory, "docker-image://ref" or "oci-layout://dir[:tag|@digest]".
	Contexts map[string]string
	// NoCache builds every step anew.
	NoCache bool
	// Pull asks registries again even where a base is known already.
	Pull bool
	// Progress says how the build shows what it is doing.
	Progress Progress
}

// BuildResult is a built image and how it came about.
type BuildResult struct {
	Image ImageRef
	// Steps are the instructions that did work, in the order in which they
	// stand in the Dockerfile.
	Steps []Step
	// Duration is the wall time of the whole build.
	Duration time.Duration
	// Warnings are the frontend's own build checks.
	Warnings []string
	// BaseLayers is the number of layers at the bottom of the image that
	// come from the final stage's external base image.
	BaseLayers int
	// Bases are the external images the build started from.
	Bases []Base
}

// Base is an external image a build used.
type Base struct {
	// Ref is the reference as resolved: "docker.io/library/python:3.11".
	Ref string
	// Digest is the digest of the manifest, "" if the engine does not tell.
	Digest string
	// FromStore says that the base store answered for it.
	FromStore bool
	// StandIn is the base's own statement that it stands in for the
	// official image (label), "" otherwise.
	StandIn string
}

// Step is one vertex of the build graph that belongs to an instruction.
type Step struct {
	// Name is BuildKit's name: "[build 2/5] RUN make".
	Name string
	// Lines are the one-based first and last line of the instruction, 0
	// when the engine gives none.
	FirstLine, LastLine int
	// Layer is the index of the layer the step made in the final image, -1
	// for steps of other stages and steps without a layer.
	Layer int
	// LayerDigest and LayerBytes are the digest and compressed size of that
	// layer.
	LayerDigest string
	LayerBytes  int64
	Duration    time.Duration
	Cached      bool
}

// ImageRef names an image in an OCI layout.
type ImageRef struct {
	// Layout is the directory of the OCI layout.
	Layout string
	// Digest is the digest of the image manifest.
	Digest string
}

// NetMode is the network of a container.
type NetMode int

// The network modes. The zero value is a private network with loopback only.
const (
	NetNone NetMode = iota
	NetHost
)

// RunRequest describes a container. Process fields left empty come from the
// image's config.
type RunRequest struct {
	Image ImageRef
	Net   NetMode
	// Mounts maps absolute paths in the container to host directories,
	// which are seen read-only.
	Mounts map[string]string
	// Init is the first process; the container lives as long as it does.
	Init Process
}

// Process is a command in a container.
type Process struct {
	// Args is the whole command line; nil means the image's entrypoint and
	// command.
	Args []string
	// Env is added to the image's environment.
	Env []string
	// Dir and User default to the image's.
	Dir, User string
	Stdin     io.Reader
	// Stdout and Stderr may be nil.
	Stdout, Stderr io.Writer
}

// Container is a running container.
type Container interface {
	// Exec starts a further process in the same namespaces.
	Exec(ctx context.Context, p Process) (Proc, error)
	// Init is the first process.
	Init() Proc
	// Stop ends all processes: SIGTERM, and SIGKILL after the grace period.
	Stop(ctx context.Context, grace time.Duration) error
}

// Proc is a process in a container.
type Proc interface {
	// Wait returns the exit status. An error means that the engine failed,
	// not the process.
	Wait(ctx context.Context) (ExitStatus, error)
	Signal(ctx context.Context, sig Signal) error
}

// Signal is the number of a Linux signal.
type Signal int

// The signals schlank sends.
const (
	SIGINT  Signal = 2
	SIGKILL Signal = 9
	SIGTERM Signal = 15
)

// ExitStatus says how a process ended.
type ExitStatus struct {
	// Code is the exit code, 128+n for a process killed by signal n.
	Code int
}
