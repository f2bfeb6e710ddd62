package schlank_test

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"schlank"
	"schlank/engine"
	"schlank/internal/image"
	"schlank/inventory"
	"schlank/optimize"
	"schlank/probe"
)

// TestDjango holds the example to what the README promises. It builds real
// images on real bases, so it needs an engine and the base store.
func TestDjango(t *testing.T) {
	e := openBases(t)
	dir := copyProject(t, "examples/django")
	before := checksums(t, dir)
	opt := schlank.OptimizeOptions{
		BuildOptions: schlank.BuildOptions{Path: dir},
		Probes:       []string{"/healthz", "/api/pools/", "cmd: python manage.py check"},
		ProbeOptions: probe.Options{Discover: probe.DefaultDiscover, StartTimeout: 2 * time.Minute},
		Say:          func(s string) { t.Log(s) },
	}

	t.Run("withheld package", func(t *testing.T) {
		broken := opt
		broken.Withhold = []string{"libpq5"}
		res, err := schlank.Optimize(t.Context(), e, broken)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range res.Candidates {
			if c.Verdict == optimize.Same {
				t.Errorf("candidate %s lacks libpq5, and its verdict is %q", c.Name, c.Verdict)
			}
		}
		if len(res.Written) > 0 || !maps.Equal(before, checksums(t, dir)) {
			t.Errorf("a broken rewrite was written: %q", res.Written)
		}
	})

	res, err := schlank.Optimize(t.Context(), e, opt)
	if err != nil {
		t.Fatal(err)
	}
	if res.Chosen < 0 {
		t.Fatalf("no candidate was chosen: %+v", summary(res))
	}
	c := res.Candidates[res.Chosen]
	t.Run("proof", func(t *testing.T) { checkProof(t, c) })
	t.Run("size", func(t *testing.T) {
		base, slim := res.Baseline.Image.Sizes().Disk, c.Built.Image.Sizes().Disk
		if ratio := float64(slim) / float64(base); ratio > 0.20 {
			t.Errorf("%d bytes are %.1f %% of %d", slim, ratio*100, base)
		}
	})
	t.Run("content", func(t *testing.T) { checkContent(t, c.Built) })
	t.Run("written", func(t *testing.T) {
		now := checksums(t, dir)
		for name, sum := range before {
			if now[name] != sum {
				t.Errorf("%s changed", name)
			}
		}
		if !slices.Equal(res.Written, []string{filepath.Join(dir, "Dockerfile.slim"), filepath.Join(dir, ".dockerignore")}) {
			t.Errorf("written: %q", res.Written)
		}
	})
	slim := filepath.Join(dir, "Dockerfile.slim")
	t.Run("target test", func(t *testing.T) { checkTestTarget(t, e, dir, slim, c.Built.Image) })
	t.Run("target dev", func(t *testing.T) { checkDevTarget(t, e, dir, slim) })
	t.Run("non-root", func(t *testing.T) {
		o := opt
		o.NonRoot, o.DryRun = true, true
		res, err := schlank.Optimize(t.Context(), e, o)
		if err != nil {
			t.Fatal(err)
		}
		if res.Chosen < 0 {
			t.Fatalf("no candidate was chosen: %+v", summary(res))
		}
		if u := res.Candidates[res.Chosen].Built.Image.Config.User; u == "" || u == "root" {
			t.Errorf("the production user is %q", u)
		}
	})
}

func summary(res *schlank.Optimized) (list []string) {
	for _, c := range res.Candidates {
		list = append(list, c.Name+": "+string(c.Verdict))
		for _, p := range c.Probes {
			if !p.Same {
				list = append(list, p.Probe+": "+p.Difference)
			}
		}
	}
	return append(list, res.Notes...)
}

// checkProof wants many answers, some of them from the database.
func checkProof(t *testing.T, c *optimize.Candidate) {
	if c.Verdict != optimize.Same || len(c.Probes) < 20 {
		t.Errorf("verdict %q on %d probes", c.Verdict, len(c.Probes))
	}
	database := 0
	for _, p := range c.Probes {
		if !p.Same {
			t.Errorf("%s: %s", p.Probe, p.Difference)
		}
		if (strings.Contains(p.Probe, "/pools/") || strings.Contains(p.Probe, "/healthz") || strings.Contains(p.Probe, "/api/")) && strings.HasPrefix(p.Candidate, "200") {
			database++
		}
	}
	if database < 2 {
		t.Errorf("%d database-backed probes answered 200", database)
	}
}

// checkContent wants nothing in production that only building needs.
func checkContent(t *testing.T, b *optimize.Built) {
	for i := range b.Image.Tree {
		f := &b.Image.Tree[i]
		switch p := f.Path; {
		case f.Kind == inventory.KindDir:
		case slices.Contains([]string{"gcc", "cc", "g++", "make", "ld"}, path.Base(p)) && strings.HasSuffix(path.Dir(p), "/bin"):
			t.Errorf("a build tool: %s", p)
		case strings.HasPrefix(p, "/usr/include/"):
			t.Errorf("a header: %s", p)
		case strings.HasPrefix(p, "/root/.cache/"):
			t.Errorf("a cache: %s", p)
		case strings.HasPrefix(p, "/var/lib/apt/lists/"):
			t.Errorf("an apt list: %s", p)
		case strings.HasPrefix(p, "/app/tests/"), p == "/app/pytest.ini", strings.Contains(p, "/site-packages/pytest/"):
			t.Errorf("a test: %s", p)
		}
	}
}

// checkTestTarget builds the test target, which runs the tests, and wants
// production's layers under it, byte for byte.
func checkTestTarget(t *testing.T, e *schlank.Engine, dir, file string, prod *inventory.Image) {
	img, ref := buildTarget(t, e, dir, file, "test")
	for i, l := range prod.Layers {
		if i >= len(img.Layers) || img.Layers[i].DiffID != l.DiffID {
			t.Fatalf("layer %d of the test target is not production's", i)
		}
	}
	var out bytes.Buffer
	c, err := schlank.Run(t.Context(), e, engine.RunRequest{Image: ref, Init: engine.Process{Stdout: &out, Stderr: &out}})
	if err != nil {
		t.Fatal(err)
	}
	st, err := c.Init().Wait(t.Context())
	if err != nil || st.Code != 0 || !strings.Contains(out.String(), " passed") {
		t.Errorf("the tests ended with %d, %v:\n%s", st.Code, err, &out)
	}
	if err := c.Stop(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// checkDevTarget starts the development target, changes a source file under
// it and wants the change to be served.
func checkDevTarget(t *testing.T, e *schlank.Engine, dir, file string) {
	_, ref := buildTarget(t, e, dir, file, "dev")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var out bytes.Buffer
	c, err := schlank.Run(ctx, e, engine.RunRequest{Image: ref, Init: engine.Process{Stdout: &out, Stderr: &out}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop(context.WithoutCancel(ctx), 0) //nolint:errcheck // the test is over
	const script = `
import pathlib, time, urllib.request
def get():
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=5) as r: return r.status, r.read().decode()
    except Exception as e: return 0, str(e)
def until(cond, each=lambda: None):
    for n in range(300):
        a = get()
        if cond(a): return a
        time.sleep(0.2)
        if n % 25 == 24: each()
    raise SystemExit("never: %r" % (a,))
until(lambda a: a[0] == 200)
import socket
socket.create_connection(("127.0.0.1", 5678), 5).close()
urls = pathlib.Path("tidepool/urls.py")
urls.write_text(urls.read_text() + """
from django.http import HttpResponse as _R
urlpatterns.insert(0, path("healthz", lambda request: _R("reloaded")))
""")
# The reloader takes its first look a moment after the first answer; an edit
# before that is not seen until the next.
until(lambda a: a == (200, "reloaded"), urls.touch)
print("live reload works")
`
	var probeOut bytes.Buffer
	p, err := c.Exec(ctx, engine.Process{Args: []string{"python", "-c", script}, Stdout: &probeOut, Stderr: &probeOut})
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Wait(ctx)
	if err != nil || st.Code != 0 {
		t.Errorf("ended with %d, %v: %s\nthe server said:\n%s", st.Code, err, &probeOut, &out)
	}
}

func buildTarget(t *testing.T, e *schlank.Engine, dir, file, target string) (*inventory.Image, engine.ImageRef) {
	t.Helper()
	res, err := schlank.Build(t.Context(), e, schlank.BuildOptions{Path: dir, File: file, Target: target})
	if err != nil {
		t.Fatalf("%v\n%s", err, schlank.ErrorDetails(err))
	}
	src, err := image.OpenLayout(res.Image.Layout, res.Image.Digest, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	img, err := src.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return img, res.Image
}

// copyProject copies the files that git would have of an example.
func copyProject(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == "__pycache__" || d.Name() == "staticfiles" || d.Name() == ".pytest_cache"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, rel), 0o755)
		case strings.HasSuffix(p, ".sqlite3"):
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), b, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// checksums reads all files of a directory.
func checksums(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		m[p] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
