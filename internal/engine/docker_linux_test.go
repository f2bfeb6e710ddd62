package engine_test

import (
	"errors"
	"strings"
	"testing"

	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/dial"
	"schlank/internal/engine/dockerstore"
	"schlank/internal/engine/enginetest"
)

func TestDocker(t *testing.T) {
	enginetest.Engine(t)
	enginetest.StartDocker(t)
	e := enginetest.Open(t, intengine.Options{Address: "docker"})
	checkBackend(t, e, enginetest.Project(t, backendDockerfile, backendFiles))

	_, err := e.Build(enginetest.Context(t), enginetest.Project(t, "FROM busybox\nRUN echo oops && exit 7\n", nil))
	var be *engine.BuildError
	if !errors.As(err, &be) || be.FirstLine != 2 || be.ExitCode != 7 || strings.Join(be.LogTail, "") != "oops" {
		t.Errorf("error is %#v, want one of line 2 with exit code 7", be)
	}
}

// TestDockerForeignImage runs an image that Docker did not build.
func TestDockerForeignImage(t *testing.T) {
	img := enginetest.Build(t, enginetest.Engine(t), enginetest.Project(t, "FROM busybox\nRUN echo elsewhere > /f\n", nil)).Image
	enginetest.StartDocker(t)
	e := enginetest.Open(t, intengine.Options{Address: "docker"})
	out, _, code := enginetest.Output(t, e, engine.RunRequest{Image: img, Init: engine.Process{Args: []string{"cat", "/f"}}})
	if out != "elsewhere\n" || code != 0 {
		t.Errorf("output is %q, code %d", out, code)
	}
}

// TestDockerIsLeftClean looks for images of ours after the engine's end.
func TestDockerIsLeftClean(t *testing.T) {
	enginetest.Engine(t)
	enginetest.StartDocker(t)
	e, err := intengine.Open(enginetest.Context(t), intengine.Options{Address: "docker", State: t.TempDir(), Bases: enginetest.Bases(t)})
	if err != nil {
		t.Fatal(err)
	}
	res := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN echo clean > /f\n", nil))
	h, err := dial.DockerHTTP()
	if err != nil {
		t.Fatal(err)
	}
	name := "schlank/image:" + strings.TrimPrefix(res.Image.Digest, "sha256:")
	has := func() bool {
		t.Helper()
		ok, err := dockerstore.New(h).Has(enginetest.Context(t), name)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	before := has()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if !before || has() {
		t.Errorf("%s was there: %v; is still: %v", name, before, has())
	}
}
