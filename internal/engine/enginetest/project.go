package enginetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"schlank/engine"
)

// Project makes a build context of the files, by path, and a request that
// builds the Dockerfile in it.
func Project(t testing.TB, dockerfile string, files map[string]string) engine.BuildRequest {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return engine.BuildRequest{Context: dir, Dockerfile: []byte(dockerfile), Name: "Dockerfile"}
}

// Build builds and expects it to work. Progress goes to the test's log.
func Build(t testing.TB, e engine.Builder, req engine.BuildRequest) *engine.BuildResult {
	t.Helper()
	log := &Log{}
	req.Progress = engine.Progress{Mode: engine.ProgressPlain, Out: log}
	res, err := e.Build(Context(t), req)
	if err != nil {
		t.Fatalf("build failed: %v\n%s", err, log)
	}
	return res
}

// limit bounds what one test waits for an engine.
const limit = 2 * time.Minute

// Context ends with the test, and after a limit, so that a hanging engine
// fails one test and not the whole run.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
