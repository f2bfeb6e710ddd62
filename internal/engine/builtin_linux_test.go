package engine_test

import (
	"os"
	"strings"
	"testing"

	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/enginetest"
)

// TestBuiltinRuntime does with the runtime inside the program what the other
// tests do with runc.
func TestBuiltinRuntime(t *testing.T) {
	e := enginetest.Open(t, intengine.Options{BuiltinRuntime: true})
	if !strings.Contains(e.Describe(), "built-in") {
		t.Fatalf("the engine is %s", e.Describe())
	}
	req := enginetest.Project(t, backendDockerfile, backendFiles)
	checkBackend(t, e, req)
}

// TestNoRunc looks for runc where there is none.
func TestNoRunc(t *testing.T) {
	enginetest.Engine(t)
	t.Setenv("PATH", t.TempDir())
	var notice enginetest.Log
	e := enginetest.Open(t, intengine.Options{Notice: &notice})
	if n := strings.Count(notice.String(), "\n"); n != 1 || !strings.Contains(notice.String(), "runc is not installed") {
		t.Errorf("notice is %q, want one line", &notice)
	}
	enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN true\n", nil))
}

// backendDockerfile uses what a backend could get wrong.
const backendDockerfile = `FROM busybox AS build
RUN <<END
set -e
mkdir /made
echo made > /made/file
chown 12:42 /made/file
ln -s file /made/link
END
RUN --mount=type=cache,target=/c --mount=type=secret,id=s,required=false echo x > /c/x && rm /etc/group
FROM busybox
COPY --from=build --chown=7 /made /made
COPY --link in /in
ENV GREETING=hello
RUN rm /etc/group && touch /tmp/own && chmod 600 /tmp/own
WORKDIR /work
CMD ["sh", "-c", "echo $GREETING from $PWD; cat /in; exit 4"]
`

var backendFiles = map[string]string{"in": "the context\n"}

// checkBackend builds and runs on an engine and compares the result with that
// of the embedded engine.
func checkBackend(t *testing.T, e engine.Engine, req engine.BuildRequest) {
	t.Helper()
	res := enginetest.Build(t, e, req)
	checkFiles(t, res)
	want := enginetest.ReadImage(t, enginetest.Build(t, enginetest.Engine(t), req).Image)
	got := enginetest.ReadImage(t, res.Image)
	sameImage(t, got, want)
	stdout, stderr, code := enginetest.Output(t, e, engine.RunRequest{Image: res.Image})
	if stdout != "hello from /work\nthe context\n" || code != 4 {
		t.Errorf("run: stdout %q, stderr %q, code %d", stdout, stderr, code)
	}
	checkContainer(t, e, res.Image)
}

// checkFiles holds that every layer above the base has its step.
func checkFiles(t *testing.T, res *engine.BuildResult) {
	t.Helper()
	img := enginetest.ReadImage(t, res.Image)
	if res.BaseLayers != enginetest.BaseLayers {
		t.Errorf("%d base layers, want %d", res.BaseLayers, enginetest.BaseLayers)
	}
	made := map[int]string{}
	for _, s := range res.Steps {
		if s.Layer >= 0 {
			made[s.Layer] = s.Name
		}
	}
	for i, file := range []string{"made/file", "in", "tmp/own", "work"} {
		at := enginetest.BaseLayers + i
		if at >= len(img.Layers) || img.Layers[at][file] == "" || made[at] == "" {
			t.Errorf("%s is not in layer %d (made by %q)", file, at, made[at])
		}
	}
	if len(res.Bases) != 1 || res.Bases[0].Ref != "busybox" || res.Bases[0].StandIn != enginetest.StandIn {
		t.Errorf("bases are %+v", res.Bases)
	}
}

// checkContainer asks a server from a second process in its container.
func checkContainer(t *testing.T, e engine.Engine, img engine.ImageRef) {
	t.Helper()
	enginetest.Static(t)
	ctx := enginetest.Context(t)
	mounted := t.TempDir()
	if err := os.WriteFile(mounted+"/index.html", []byte("answer\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := e.Run(ctx, engine.RunRequest{
		Image: img, Mounts: map[string]string{"/web": mounted},
		Init: engine.Process{Args: []string{"httpd", "-f", "-p", "8000", "-h", "/web"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, code := execIn(t, c, "exit 3"); code != 3 {
		t.Errorf("exit code is %d, want 3", code)
	}
	ask := "for i in 1 2 3 4 5 6 7 8 9 10; do wget -q -O - http://127.0.0.1:8000/ && exit; sleep 0.2; done; exit 1"
	if out, code := execIn(t, c, ask); out != "answer\n" || code != 0 {
		t.Errorf("the server answers %q, code %d", out, code)
	}
	if err := c.Stop(ctx, 0); err != nil {
		t.Error(err)
	}
}

// sameImage compares the files of each layer and the configuration.
func sameImage(t *testing.T, got, want enginetest.Contents) {
	t.Helper()
	if d := enginetest.Diff(want.Layers, got.Layers); d != "" {
		t.Errorf("layers differ (-embedded +this):\n%s", d)
	}
	if d := enginetest.Diff(want.Config.Config, got.Config.Config); d != "" {
		t.Errorf("configurations differ (-embedded +this):\n%s", d)
	}
}
