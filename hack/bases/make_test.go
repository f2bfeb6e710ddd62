//go:build unix

package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"schlank/engine"
)

// fakeEngine answers each build with a random image and remembers what it
// was asked.
type fakeEngine struct {
	dir    string
	builds []engine.BuildRequest
	// files are the context's files at the last build.
	files []string
	err   error
}

func (f *fakeEngine) Close() error { return nil }

func (f *fakeEngine) Build(_ context.Context, req engine.BuildRequest) (*engine.BuildResult, error) {
	f.builds = append(f.builds, req)
	list, err := os.ReadDir(req.Context)
	if err != nil {
		return nil, err
	}
	f.files = nil
	for _, e := range list {
		f.files = append(f.files, e.Name())
	}
	if f.err != nil {
		return nil, f.err
	}
	img, err := random.Image(512, 2)
	if err != nil {
		return nil, err
	}
	l, err := layout.Write(f.dir, empty.Index)
	if err != nil {
		return nil, err
	}
	if err := l.AppendImage(img); err != nil {
		return nil, err
	}
	digest, err := img.Digest()
	if err != nil {
		return nil, err
	}
	return &engine.BuildResult{Image: engine.ImageRef{Layout: f.dir, Digest: digest.String()}}, nil
}

const testRootfs = `#!/bin/sh
set -eu
mkdir tree
echo "hello" > tree/greeting
tar -C tree -cf "$OUT/rootfs.tar" .
`

func testRecipes() fstest.MapFS {
	return fstest.MapFS{
		"root/recipe.yaml":  text("about: x\nprovides: ['root:1', 'root:one']\ncmd: [sh]\n"),
		"root/rootfs.sh":    text(testRootfs),
		"built/recipe.yaml": text("about: x\nprovides: ['built:1']\nfrom: [root]\nfact: echo $FACT\n"),
		"built/Dockerfile":  text("FROM root:1\n"),
		"built/prepare.sh":  text("#!/bin/sh\necho prepared > \"$CONTEXT/prepared\"\n"),
	}
}

// run makes the recipes and returns what was said.
func runMaker(t *testing.T, recipes fstest.MapFS, store string, e *fakeEngine, env ...string) (string, error) {
	t.Helper()
	list, err := loadRecipes(recipes)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(store, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var out strings.Builder
	mk := newMaker(options{}, &out)
	mk.store, mk.epoch, mk.env = s, testEpoch, env
	mk.machine = &machine{bundle: []byte("pem"), env: []string{"PIP_CERT=" + bundlePath}}
	mk.open = func(context.Context) (builder, error) { return e, nil }
	err = mk.makeAll(t.Context(), list)
	return out.String(), err
}

func stored(t *testing.T, dir string) map[string]v1.Image {
	t.Helper()
	l, err := layout.FromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	index, err := l.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	images := map[string]v1.Image{}
	for _, d := range m.Manifests {
		if d.Annotations[annotationRef] != d.Annotations[annotationImage] {
			t.Errorf("annotations differ: %v", d.Annotations)
		}
		img, err := l.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(img); err != nil {
			t.Errorf("%s is not a valid image: %v", d.Annotations[annotationRef], err)
		}
		images[d.Annotations[annotationRef]] = img
	}
	return images
}

func TestMakeAll(t *testing.T) {
	store, e := t.TempDir(), &fakeEngine{dir: t.TempDir()}
	if _, err := runMaker(t, testRecipes(), store, e); err != nil {
		t.Fatal(err)
	}
	images := stored(t, store)
	want := []string{"docker.io/library/built:1", "docker.io/library/root:1", "docker.io/library/root:one"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(images))); diff != "" {
		t.Fatalf("references (-want +got):\n%s", diff)
	}
	for ref, stand := range map[string]string{"root:one": "root:1", "built:1": "built:1"} {
		cfg, err := images[normalReference(ref)].ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Config.Labels[labelStandIn]; got != stand+": made from distribution packages" {
			t.Errorf("%s has the label %q", ref, got)
		}
	}
	cfg, err := images[normalReference("root:1")].ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{searchPath, "PIP_CERT=" + bundlePath}, cfg.Config.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if n := len(cfg.RootFS.DiffIDs); n != 2 {
		t.Errorf("%d layers, want the root file system and the machine's", n)
	}
	root, err := images[normalReference("root:1")].Digest()
	if err != nil {
		t.Fatal(err)
	}
	at := "oci-layout://" + store + "@" + root.String()
	if diff := cmp.Diff(map[string]string{"root:1": at, "root:one": at}, e.builds[0].Contexts); diff != "" {
		t.Errorf("bases of the build (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Dockerfile", "prepare.sh", "prepared", "recipe.yaml"}, e.files); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
}

func TestMakeAllAgain(t *testing.T) {
	changed := func(name, old, new string) fstest.MapFS {
		recipes := testRecipes()
		recipes[name] = text(strings.Replace(string(recipes[name].Data), old, new, 1))
		return recipes
	}
	tests := []struct {
		name       string
		recipes    fstest.MapFS
		env        []string
		damage     func(t *testing.T, store string)
		wantBuilds int
	}{
		{name: "nothing changed", recipes: testRecipes()},
		{name: "its own Dockerfile", recipes: changed("built/Dockerfile", "root:1", "root:one"), wantBuilds: 1},
		{name: "its base", recipes: changed("root/rootfs.sh", "hello", "goodbye"), wantBuilds: 1},
		{name: "its fact", recipes: testRecipes(), env: []string{"FACT=2"}, wantBuilds: 1},
		{name: "one more reference", recipes: changed("built/recipe.yaml", "'built:1'", "'built:1', 'built:2'"), wantBuilds: 1},
		{name: "blob lost", recipes: testRecipes(), wantBuilds: 1, damage: func(t *testing.T, store string) {
			layers, err := stored(t, store)[normalReference("built:1")].Layers()
			if err != nil {
				t.Fatal(err)
			}
			digest, err := layers[0].Digest()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(store, "blobs", "sha256", digest.Hex)); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store, e := t.TempDir(), &fakeEngine{dir: t.TempDir()}
			if _, err := runMaker(t, testRecipes(), store, e); err != nil {
				t.Fatal(err)
			}
			if tt.damage != nil {
				tt.damage(t, store)
			}
			e.builds = nil
			if _, err := runMaker(t, tt.recipes, store, e, tt.env...); err != nil {
				t.Fatal(err)
			}
			if len(e.builds) != tt.wantBuilds {
				t.Errorf("%d builds, want %d", len(e.builds), tt.wantBuilds)
			}
			stored(t, store)
		})
	}
}

func TestSameRecipeSameImage(t *testing.T) {
	digest := func() string {
		store := t.TempDir()
		if _, err := runMaker(t, testRecipes(), store, &fakeEngine{dir: t.TempDir()}); err != nil {
			t.Fatal(err)
		}
		d, err := stored(t, store)[normalReference("root:1")].Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d.String()
	}
	if a, b := digest(), digest(); a != b {
		t.Errorf("two runs made %s and %s", a, b)
	}
}

func TestSkippedRecipe(t *testing.T) {
	recipes := testRecipes()
	recipes["root/rootfs.sh"] = text("#!/bin/sh\necho looking around\necho no material here >&2\nexit 77\n")
	e := &fakeEngine{dir: t.TempDir()}
	said, err := runMaker(t, recipes, t.TempDir(), e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"root:1: skipped: no material here\n", "built:1: skipped: it is made from root, which is missing\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in:\n%s", want, said)
		}
	}
	if len(e.builds) > 0 {
		t.Error("an image was built on a base that is missing")
	}
}

func TestFailingRecipeLeavesTheStoreAsItWas(t *testing.T) {
	store, e := t.TempDir(), &fakeEngine{dir: t.TempDir()}
	if _, err := runMaker(t, testRecipes(), store, e); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(store, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	recipes := testRecipes()
	recipes["root/rootfs.sh"] = text("#!/bin/sh\necho the disk is on fire\nexit 1\n")
	recipes["other/recipe.yaml"] = text("about: x\nprovides: ['other:1']\n")
	recipes["other/Dockerfile"] = text("FROM scratch\n")
	e.err = &engine.BuildError{File: "Dockerfile", FirstLine: 1, Err: errors.New("no such step"), LogTail: []string{"last words"}}
	_, err = runMaker(t, recipes, store, e)
	for _, want := range []string{"root:1: rootfs.sh: exit status 1", "the disk is on fire", "other:1: Dockerfile:1: no such step", "last words"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error: %v", want, err)
		}
	}
	after, err := os.ReadFile(filepath.Join(store, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the index changed:\n%s", diff)
	}
	stored(t, store)
}

func TestMissingCommand(t *testing.T) {
	recipes := testRecipes()
	recipes["root/recipe.yaml"] = text("about: x\nprovides: ['root:1']\ncommands: [no-such-program]\n")
	_, err := runMaker(t, recipes, t.TempDir(), &fakeEngine{})
	if err == nil || !strings.Contains(err.Error(), "apt-get install no-such-program") {
		t.Errorf("error %v does not say what to install", err)
	}
}

func TestSweepKeepsWhatTheIndexReachesAndWhatIsNew(t *testing.T) {
	dir, e := t.TempDir(), &fakeEngine{dir: t.TempDir()}
	for _, fact := range []string{"FACT=1", "FACT=2"} {
		if _, err := runMaker(t, testRecipes(), dir, e, fact); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		list, err := os.ReadDir(filepath.Join(dir, "blobs", "sha256"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	s, err := openStore(dir, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := count()
	if err := s.sweep(time.Now()); err != nil {
		t.Fatal(err)
	}
	if count() != all {
		t.Errorf("%d of %d new blobs are left", count(), all)
	}
	if err := s.sweep(time.Now().Add(2 * sweepAge)); err != nil {
		t.Fatal(err)
	}
	// The first built image: a manifest, a config and two layers.
	if got := count(); got != all-4 {
		t.Errorf("%d of %d blobs are left, want %d", got, all, all-4)
	}
	stored(t, dir)
}

func TestCancelStopsTheScript(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r := &recipe{content: map[string]file{"s.sh": {data: []byte("sleep 60 & sleep 60\n")}}}
	dir := t.TempDir()
	if err := r.unpack(dir); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := r.runScript(ctx, dir, "s.sh"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %s to stop", d)
	}
}

func TestParseOptions(t *testing.T) {
	t.Setenv("SCHLANK_BASES", "/from/env")
	opt, err := parseOptions([]string{"--only", "debian,alpine:3.19"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := options{store: "/from/env", only: []string{"debian", "alpine:3.19"}, progress: engine.ProgressNone}
	if diff := cmp.Diff(want, opt, cmp.AllowUnexported(options{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	for _, args := range [][]string{{"extra"}, {"--progress", "loud"}, {"--nonsense"}} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
