// Package engine opens the BuildKit an address names, behind the seam of
// schlank/engine.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/client"
	"schlank/internal/engine/basestore"
	"schlank/internal/engine/dial"
	"schlank/internal/engine/dockerstore"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/embedded"
	"schlank/internal/engine/ocistore"
)

// Embedded is the address of the engine in this process.
const Embedded = "embedded"

// Options say which engine and where its things are.
type Options struct {
	// Address is "embedded" (the default) or one of dial.Schemes.
	Address string
	// State is the directory of the embedded engine and of built images;
	// the default is DefaultState.
	State string
	// Bases is the directory of the base store, "" for none.
	Bases string
	// MaxBytes limits the embedded engine's build cache, in bytes.
	MaxBytes int64
	// Registries maps registry hosts to how they are reached.
	Registries map[string]embedded.Registry
	// BuiltinRuntime makes the embedded engine ignore an installed runc.
	BuiltinRuntime bool
	// Notice receives one-line messages for the user; nil drops them.
	Notice io.Writer
}

// DefaultState is schlank's directory under the user's data directory
// ($XDG_DATA_HOME, ~/.local/share).
func DefaultState() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "schlank"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the data directory: %w (set XDG_DATA_HOME or give --state)", err)
	}
	return filepath.Join(home, ".local", "share", "schlank"), nil
}

// keepImages is how many built images stay in the store.
const keepImages = 40

// Open starts or connects to the engine.
func Open(ctx context.Context, opt Options) (_ *driver.Driver, err error) {
	if opt.Address == "" {
		opt.Address = Embedded
	}
	if opt.Address != Embedded && !dial.Valid(opt.Address) {
		return nil, fmt.Errorf("unknown engine %q: use embedded, %s", opt.Address, strings.Join(dial.Schemes, ", "))
	}
	if opt.State == "" {
		if opt.State, err = DefaultState(); err != nil {
			return nil, err
		}
	}
	if opt.State, err = filepath.Abs(opt.State); err != nil {
		return nil, err
	}
	var closers closers
	defer func() {
		if err != nil {
			err = errors.Join(err, closers.Close())
		}
	}()
	log, err := openLog(opt.State)
	if err != nil {
		return nil, err
	}
	closers = append(closers, log)
	bases, err := basestore.Open(opt.Bases)
	if err != nil {
		return nil, err
	}
	images, err := openImages(opt.State)
	if err != nil {
		return nil, err
	}
	closers = append(closers, images)
	c, desc, conn, err := connect(ctx, opt)
	if err != nil {
		return nil, err
	}
	closers = append(closers, conn)
	var docker *dockerstore.Store
	if opt.Address == dial.Docker {
		h, err := dial.DockerHTTP()
		if err != nil {
			return nil, err
		}
		docker = dockerstore.New(h)
	}
	return driver.New(ctx, c, driver.Options{Describe: desc, Bases: bases, Images: images, Docker: docker, Closer: closers})
}

// closers are closed in the reverse order.
type closers []io.Closer

func (list closers) Close() error {
	var errs []error
	for _, c := range slices.Backward(list) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

func connect(ctx context.Context, opt Options) (*client.Client, string, io.Closer, error) {
	if opt.Address != Embedded {
		c, err := dial.Connect(ctx, opt.Address)
		if err != nil {
			return nil, "", nil, err
		}
		return c, opt.Address, c, nil
	}
	s, err := embedded.Start(ctx, embedded.Options{
		Root:                filepath.Join(opt.State, "engine"),
		MaxBytes:            opt.MaxBytes,
		Registries:          opt.Registries,
		ForceBuiltinRuntime: opt.BuiltinRuntime,
		Notice:              opt.Notice,
	})
	if err != nil {
		return nil, "", nil, err
	}
	return s.Client(), s.Describe(), s, nil
}

func openImages(state string) (*ocistore.Store, error) {
	images, err := ocistore.Open(filepath.Join(state, "images"))
	if err != nil {
		return nil, err
	}
	if _, err := images.Keep(keepImages); err != nil && !errors.Is(err, ocistore.ErrInUse) {
		return nil, errors.Join(fmt.Errorf("tidying the image store: %w", err), images.Close())
	}
	return images, nil
}
