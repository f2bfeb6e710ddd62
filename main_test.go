package schlank_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"schlank"
	"schlank/internal/agent"
	"schlank/internal/engine/enginetest"
)

// TestMain lets the test binary act as the program that asks inside of
// containers.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == agent.Verb {
		if err := agent.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(enginetest.Main(m, nil))
}

// openBases opens an engine on the base store that `make bases` fills. Its
// state is that of $SCHLANK_STATE, where the demo finds it warm, or else of
// this test alone.
func openBases(t *testing.T) *schlank.Engine {
	t.Helper()
	enginetest.Static(t)
	bases := os.Getenv("SCHLANK_BASES")
	if bases == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		bases = filepath.Join(cache, "schlank", "bases")
	}
	if _, err := os.Stat(filepath.Join(bases, "index.json")); err != nil {
		enginetest.Skip(t, "there is no base store: run `make bases`")
	}
	state := os.Getenv("SCHLANK_STATE")
	if state == "" {
		state = t.TempDir()
	}
	e, err := schlank.OpenEngine(t.Context(), schlank.EngineOptions{State: state, Bases: bases})
	if errors.Is(err, schlank.ErrNoEmbedded) {
		enginetest.Skip(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("closing the engine: %v", err)
		}
	})
	return e
}
