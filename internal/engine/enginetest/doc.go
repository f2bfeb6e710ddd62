// Package enginetest gives tests a real engine: an embedded BuildKit that a
// test binary's tests share, a base image that needs no registry, and other
// engines (a buildkitd, a Docker daemon) where the machine can run them.
//
// A machine that cannot run an engine makes such tests skip and say why; with
// SCHLANK_REQUIRE_ENGINE=1 in the environment they fail instead. A package
// whose tests use it has
//
//	func TestMain(m *testing.M) { os.Exit(enginetest.Main(m, nil)) }
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"schlank/internal/engine"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/embedded"
)

// requireEnv turns skips into failures.
const requireEnv = "SCHLANK_REQUIRE_ENGINE"

// shared is what the tests of one binary have in common. It has to be a
// package variable: TestMain and the tests have no other way to each other.
var shared struct {
	dir    string
	mu     sync.Mutex
	engine *driver.Driver
	bases  string
	err    error
	last   []func() error

	buildkitd Buildkitd
	docker    error // why no Docker engine was started
}

// Main runs the tests of a package and returns the exit code. Before that it
// acts as the built-in container runtime when the engine calls the binary so,
// and as one of the programs when Command started it.
func Main(m *testing.M, programs map[string]func() int) int {
	if code, ok := embedded.RuntimeMain(context.Background(), os.Args); ok {
		return code
	}
	if p, ok := programs[os.Getenv(programEnv)]; ok {
		return p()
	}
	dir, err := os.MkdirTemp("", "schlank-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// Tests of rootless engines read the base store as another user.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	shared.dir = dir
	code := m.Run()
	for i := len(shared.last) - 1; i >= 0; i-- {
		err = errors.Join(err, shared.last[i]())
	}
	err = errors.Join(err, os.RemoveAll(dir))
	if err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "ending the test engines:", err)
		return 1
	}
	return code
}

// atEnd has f called when all tests of the binary are done.
func atEnd(f func() error) { shared.last = append(shared.last, f) }

// Engine is the embedded engine that all tests of the binary share, with the
// base store of Bases.
func Engine(t testing.TB) *driver.Driver {
	t.Helper()
	bases := Bases(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.engine == nil && shared.err == nil {
		shared.engine, shared.err = engine.Open(context.Background(), engine.Options{
			State: filepath.Join(shared.dir, "state"),
			Bases: bases,
		})
		if shared.err == nil {
			atEnd(shared.engine.Close)
		}
	}
	if shared.err != nil {
		Unavailable(t, shared.err)
	}
	return shared.engine
}

// Open opens an engine of the test's own, closed when the test ends. State
// defaults to a temporary directory and Bases to those of this package.
func Open(t testing.TB, opt engine.Options) *driver.Driver {
	t.Helper()
	if opt.Bases == "" {
		opt.Bases = Bases(t)
	}
	if opt.State == "" {
		opt.State = t.TempDir()
	}
	e, err := engine.Open(context.Background(), opt)
	if err != nil {
		Unavailable(t, err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("closing the engine: %v", err)
		}
	})
	return e
}

// Unavailable ends a test for an engine that did not open: with a skip when
// the machine cannot run one and nobody requires it, else with a failure.
func Unavailable(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, embedded.ErrUnavailable) {
		Skip(t, err.Error())
	}
	t.Fatal(err)
}

// Skip skips a test for want of something that SCHLANK_REQUIRE_ENGINE=1 says
// is there.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv(requireEnv) == "1" {
		t.Fatalf("%s=1, but %s", requireEnv, reason)
	}
	t.Skip(reason)
}
