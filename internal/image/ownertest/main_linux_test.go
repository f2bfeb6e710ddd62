package ownertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"schlank/engine"
	eng "schlank/internal/engine"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/enginetest"
	"schlank/internal/image"
	"schlank/inventory"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Main(m, programs())) }

// programs are what this test binary is inside of containers.
func programs() map[string]func() int {
	return map[string]func() int{"list": listFiles, "each": runForEach}
}

// limit bounds one container or build. The first container of a large image
// has to unpack it.
const limit = 15 * time.Minute

// bases is the base store that `make bases` fills.
func bases(t *testing.T) string {
	t.Helper()
	enginetest.Static(t)
	dir := os.Getenv("SCHLANK_BASES")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(cache, "schlank", "bases")
	}
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err != nil {
		enginetest.Skip(t, "there is no base store: run `make bases`")
	}
	return dir
}

// subject is an image with its inventory, and an engine to run it in.
type subject struct {
	engine *driver.Driver
	ref    engine.ImageRef
	img    *inventory.Image
}

func open(t *testing.T, e *driver.Driver, ref engine.ImageRef) *subject {
	t.Helper()
	src, err := image.OpenLayout(ref.Layout, ref.Digest, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	img, err := src.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &subject{e, ref, img}
}

// TestBases takes every image of the base store.
func TestBases(t *testing.T) {
	dir := bases(t)
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index ocispecs.Index
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	e := enginetest.Open(t, eng.Options{Bases: dir})
	done := map[string]bool{}
	for _, m := range index.Manifests {
		digest, name := m.Digest.String(), m.Annotations[ocispecs.AnnotationRefName]
		if done[digest] {
			continue // another name of the same image
		}
		done[digest] = true
		t.Run(strings.TrimPrefix(name, "docker.io/library/"), func(t *testing.T) {
			open(t, e, engine.ImageRef{Layout: dir, Digest: digest}).check(t)
		})
	}
	t.Run("django", func(t *testing.T) {
		open(t, e, build(t, e, "../../../examples/django", "")).check(t)
	})
	t.Run("npm", func(t *testing.T) {
		open(t, e, build(t, e, npmProject(t), "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm install && ln -s /app/node_modules /srv/modules\n")).check(t)
	})
	t.Run("administered", func(t *testing.T) {
		open(t, e, build(t, e, t.TempDir(), administered)).check(t)
	})
}

// npmProject is a project with a workspace, and with packages of two depths.
func npmProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"package.json": `{"name":"app","version":"1.0.0","private":true,"workspaces":["packages/*"],
			"dependencies":{"express":"4.21.2","own":"*"},"devDependencies":{"acorn":"8.14.0"}}`,
		"packages/own/package.json": `{"name":"own","version":"0.1.0","dependencies":{"ms":"2.0.0"}}`,
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// administered has what an administrator may do to the files of packages:
// diversions for himself and for a package, alternatives, overridden modes,
// changed and deleted files, files beside those of packages.
const administered = `FROM debian:12-slim
RUN dpkg-divert --local --rename --divert /usr/bin/tac.real --add /usr/bin/tac && \
    dpkg-divert --package bash --rename --divert /usr/bin/yes.coreutils --add /usr/bin/yes && \
    cp /usr/bin/true /usr/bin/tac && cp /usr/bin/true /usr/bin/yes && \
    update-alternatives --install /usr/bin/editor editor /usr/bin/true 10 && \
    dpkg-statoverride --update --add root adm 4750 /usr/bin/nl && \
    echo changed >> /etc/debconf.conf && rm /etc/adduser.conf /usr/bin/wc && \
    mv /usr/share/common-licenses /srv/licenses && ln -s /srv/licenses /usr/share/common-licenses && \
    cp /usr/bin/true /usr/bin/mine && ln /usr/bin/cat /usr/bin/same && mkdir /opt/x && touch '/opt/x/[odd] *name?'
`

// build builds a project; dockerfile is its text, or "" for the one it has.
func build(t *testing.T, e *driver.Driver, context, dockerfile string) engine.ImageRef {
	t.Helper()
	if dockerfile == "" {
		text, err := os.ReadFile(filepath.Join(context, "Dockerfile"))
		if err != nil {
			t.Fatal(err)
		}
		dockerfile = string(text)
	}
	ctx, cancel := contextWithLimit(t)
	defer cancel()
	log := &enginetest.Log{}
	res, err := e.Build(ctx, engine.BuildRequest{
		Context: context, Dockerfile: []byte(dockerfile), Name: "Dockerfile",
		Progress: engine.Progress{Mode: engine.ProgressPlain, Out: log},
	})
	if err != nil {
		t.Fatalf("build failed: %v\n%s", err, log)
	}
	return res.Image
}

func contextWithLimit(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), limit)
}

// check compares an inventory with all that its image can say of itself.
func (s *subject) check(t *testing.T) {
	for _, u := range s.img.Unknowns {
		t.Logf("unknown: %s: %s", u.Path, u.Reason)
	}
	t.Run("tree", s.checkTree)
	has := func(p string) bool { f, _ := s.img.Tree.Resolve(p); return f != nil }
	if has("/usr/bin/dpkg") {
		t.Run("dpkg", s.checkDpkg)
	}
	if has("/sbin/apk") {
		t.Run("apk", s.checkApk)
	}
	for _, python := range []string{"/usr/local/bin/python3", "/usr/bin/python3"} {
		if has(python) {
			t.Run("pip of "+python, func(t *testing.T) { s.checkPip(t, python) })
		}
	}
	if has("/usr/local/bin/npm") || has("/usr/bin/npm") {
		t.Run("npm", s.checkNpm)
	}
}

// mountPoint is where this test binary is in containers, input where files
// for its programs are.
const (
	mountPoint = "/schlank-ownertest"
	input      = "/schlank-input"
)

// program runs one of this binary's programs in a container of the image,
// with a file of input.
func (s *subject) program(t *testing.T, name, stdin string, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stdin"), []byte(stdin), 0o644); err != nil {
		t.Fatal(err)
	}
	return s.run(t, engine.RunRequest{
		Mounts: map[string]string{mountPoint: filepath.Dir(self), input: dir},
		Init: engine.Process{
			Args: append([]string{mountPoint + "/" + filepath.Base(self)}, args...),
			Env:  []string{"SCHLANK_TEST_PROGRAM=" + name},
		},
	})
}

// run runs a process as root and returns what it prints. Only the exit codes
// of programs that are killed or missing count.
func (s *subject) run(t *testing.T, req engine.RunRequest) string {
	t.Helper()
	ctx, cancel := contextWithLimit(t)
	defer cancel()
	var out, errs bytes.Buffer
	req.Image = s.ref
	req.Init.User, req.Init.Dir = "0", "/"
	req.Init.Stdout, req.Init.Stderr = &out, &errs
	c, err := s.engine.Run(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	st, err := c.Init().Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if st.Code > 125 {
		t.Fatalf("%q ended with %d: %s", req.Init.Args, st.Code, &errs)
	}
	return out.String()
}

// lines splits what a program printed.
func lines(text string) []string {
	var out []string
	for in := bufio.NewScanner(strings.NewReader(text)); in.Scan(); {
		out = append(out, in.Text())
	}
	return out
}

// differences fails the test with the first of them.
func differences(t *testing.T, what string, list []string) {
	t.Helper()
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	shown := list[:min(len(list), 25)]
	t.Errorf("%d %s:\n%s", len(list), what, strings.Join(shown, "\n"))
}
