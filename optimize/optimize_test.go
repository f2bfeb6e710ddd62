package optimize

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/engine"
	"schlank/inventory"
	"schlank/probe"
)

// project is a run on a Dockerfile with a fat base, a slim one and what the
// candidate becomes.
func project(t *testing.T, candidate prepared, answers ...string) (*run, *fake) {
	t.Helper()
	fat := map[string]string{"etc/os-release": osReleaseText, "usr/lib/fat": strings.Repeat("x", 1000)}
	e := &fake{t: t, images: map[string]prepared{
		"Dockerfile":                {layers: []map[string]string{fat, {"opt/app": "made"}}, base: 1, steps: []engine.Step{{FirstLine: 2, LastLine: 2, Layer: 1}}},
		"FROM debian:bookworm-slim": {layers: []map[string]string{{"etc/os-release": osReleaseText}}, base: 1},
		"candidate universal":       candidate,
	}}
	r := &run{opt: Options{
		Engine: e, Build: engine.BuildRequest{Name: "Dockerfile", Dockerfile: []byte("FROM debian:bookworm\nRUN make\nCMD [\"/opt/app\"]\n")},
		Files: []string{"Dockerfile", "app.c"}, ReadFile: func(string) ([]byte, bool) { return nil, false },
	}}
	n := 0
	r.ask = func(_ context.Context, _ engine.Runner, _ engine.ImageRef, _ inventory.Config, probes []probe.Probe, _ probe.Options) (*probe.Recording, error) {
		text := answers[min(n, len(answers)-1)]
		n++
		if text == "broken" {
			return nil, errors.New("the engine is gone")
		}
		rec := &probe.Recording{Probes: []probe.Probe{probe.Command{Shell: "x"}}}
		rec.Answers = []probe.Answer{{Useful: text != "", Facts: []probe.Fact{{Name: "stdout", Value: text, Kind: probe.Exact}}, Short: text}}
		return rec, nil
	}
	return r, e
}

var small = prepared{layers: []map[string]string{{"etc/os-release": osReleaseText}, {"opt/app": "made"}}, base: 1}

func TestRun(t *testing.T) {
	big := prepared{layers: []map[string]string{{"etc/os-release": osReleaseText, "x": strings.Repeat("y", 5000)}}, base: 1}
	failed := prepared{err: &engine.BuildError{File: "candidate", FirstLine: 3, Err: errors.New("exit code 1")}}
	for name, c := range map[string]struct {
		candidate    prepared
		answers      []string
		verdict      Verdict
		chosen, best int
	}{
		"the same answers":        {small, []string{"a"}, Same, 0, 0},
		"another answer":          {small, []string{"a", "a", "b"}, Different, -1, 0},
		"volatile answers":        {small, []string{""}, Unproven, -1, 0},
		"proven, but not smaller": {big, []string{"a"}, Same, -1, 0},
		"does not build":          {failed, nil, BuildFailed, -1, -1},
	} {
		r, e := project(t, c.candidate, c.answers...)
		res, err := r.run(t.Context())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(res.Candidates) != 1 || res.Candidates[0].Verdict != c.verdict || res.Chosen != c.chosen || res.Best != c.best {
			t.Errorf("%s: chosen %d, best %d, %+v", name, res.Chosen, res.Best, res.Candidates)
		}
		if (res.Candidates[0].Err != nil) != (c.verdict == BuildFailed) {
			t.Errorf("%s: %v", name, res.Candidates[0].Err)
		}
		if len(res.Notes) != 1 || !strings.HasPrefix(res.Notes[0], "python: ") {
			t.Errorf("%s: notes %q", name, res.Notes)
		}
		last := e.asked[len(e.asked)-1]
		if last.Name != "candidate universal" || !bytes.Contains(last.Ignore, []byte("Dockerfile")) || !bytes.Contains(last.Dockerfile, []byte("COPY --from=build /opt /opt")) {
			t.Errorf("%s: built %q with %q:\n%s", name, last.Name, last.Ignore, last.Dockerfile)
		}
	}
}

func TestRunErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*run, *fake)
		want   string
	}{
		"a wrong Dockerfile": {func(r *run, _ *fake) { r.opt.Build.Dockerfile = []byte("FROM x\nCOPY a\n") }, "Dockerfile:2:6: COPY needs a source and a destination"},
		"no such stage":      {func(r *run, _ *fake) { r.opt.Build.Target = "x" }, `no stage "x"`},
		"not the last stage": {func(r *run, _ *fake) {
			r.opt.Build.Target, r.opt.Build.Dockerfile = "a", []byte("FROM x AS a\nFROM y\n")
		}, "only the last stage"},
		"the original fails": {func(_ *run, e *fake) { e.images["Dockerfile"] = prepared{err: errors.New("no network")} }, "no network"},
		"no slim sibling":    {func(_ *run, e *fake) { e.images["FROM debian:bookworm-slim"] = prepared{err: errors.New("not found")} }, "the slim sibling of debian:bookworm is not to be had: not found"},
		"another distribution": {func(_ *run, e *fake) {
			e.images["Dockerfile"] = prepared{layers: []map[string]string{{"etc/os-release": "ID=alpine\nPRETTY_NAME='Alpine'\n"}}, base: 1}
		}, "the last stage is Alpine"},
		"no distribution": {func(_ *run, e *fake) { e.images["Dockerfile"] = prepared{layers: []map[string]string{{"app": ""}}} }, "holds no distribution"},
		"another release": {func(_ *run, e *fake) {
			e.images["FROM debian:bookworm-slim"] = prepared{layers: []map[string]string{{"etc/os-release": "ID=debian\nVERSION_CODENAME=trixie\n"}}}
		}, "name the release in FROM"},
		"an engine that is gone": {func(r *run, _ *fake) { r.ask = brokenRecorder }, "the engine is gone"},
		"a candidate's engine":   {func(_ *run, e *fake) { e.images["candidate universal"] = prepared{err: errors.New("connection lost")} }, "connection lost"},
	} {
		r, e := project(t, small, "a")
		c.change(r, e)
		if _, err := r.run(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func brokenRecorder(context.Context, engine.Runner, engine.ImageRef, inventory.Config, []probe.Probe, probe.Options) (*probe.Recording, error) {
	return nil, errors.New("the engine is gone")
}

// TestHasIgnore: a project's own ignore file is left alone.
func TestHasIgnore(t *testing.T) {
	r, e := project(t, small, "a")
	r.opt.HasIgnore = true
	res, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last := e.asked[len(e.asked)-1]; last.Ignore != nil || res.Candidates[0].Ignore != nil {
		t.Errorf("%q", last.Ignore)
	}
}

// TestBadShell: what no shell reads is the build's to judge; if it fails, the
// places are told.
func TestBadShell(t *testing.T) {
	r, _ := project(t, small, "a")
	r.opt.Build.Dockerfile = []byte("FROM debian:bookworm\nRUN make &&\n")
	if _, err := r.run(t.Context()); err != nil {
		t.Errorf("it builds, but: %v", err)
	}
	r, e := project(t, small, "a")
	r.opt.Build.Dockerfile = []byte("FROM debian:bookworm\nRUN make &&\n")
	e.images["Dockerfile"] = prepared{err: &engine.BuildError{Err: errors.New("exit code 2")}}
	_, err := r.run(t.Context())
	var found *FindingsError
	if !errors.As(err, &found) || !strings.Contains(found.Details(), "Dockerfile:2:") {
		t.Errorf("%v", err)
	}
}

func TestChoose(t *testing.T) {
	sized := func(n int64) *inventory.Image { return &inventory.Image{Layers: []inventory.Layer{{ContentBytes: n}}} }
	cand := func(v Verdict, n int64) *Candidate {
		c := &Candidate{Verdict: v}
		if v != BuildFailed {
			c.Built = &Built{Image: sized(n)}
		}
		return c
	}
	for name, c := range map[string]struct {
		list         []*Candidate
		chosen, best int
	}{
		"none":                       {nil, -1, -1},
		"the smaller one":            {[]*Candidate{cand(Same, 50), cand(Same, 40), cand(Same, 60)}, 1, 1},
		"proven before small":        {[]*Candidate{cand(Different, 5), cand(Unproven, 6), cand(Same, 60)}, 2, 2},
		"never a different one":      {[]*Candidate{cand(Different, 5)}, -1, 0},
		"never an unproven one":      {[]*Candidate{cand(BuildFailed, 0), cand(Unproven, 5)}, -1, 1},
		"only smaller than before":   {[]*Candidate{cand(Same, 100)}, -1, 0},
		"proven, though not smaller": {[]*Candidate{cand(Different, 50), cand(Same, 100)}, -1, 1},
		"what failed is not chosen":  {[]*Candidate{cand(BuildFailed, 0)}, -1, -1},
	} {
		res := &Result{Baseline: Built{Image: sized(100)}, Candidates: c.list, Chosen: -1, Best: -1}
		if choose(res); res.Chosen != c.chosen || res.Best != c.best {
			t.Errorf("%s: chosen %d, best %d", name, res.Chosen, res.Best)
		}
	}
}

// TestDocument holds the names of the published schema.
func TestDocument(t *testing.T) {
	r, _ := project(t, small, "a")
	res, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	res.Candidates = append(res.Candidates, &Candidate{Verdict: BuildFailed, Err: errors.New("no")})
	b, err := json.Marshal(NewDocument(res, nil))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	has := func(what string, m any, names ...string) {
		for _, n := range names {
			if _, ok := m.(map[string]any)[n]; !ok {
				t.Errorf("%s has no %q in %s", what, n, b)
			}
		}
	}
	has("the document", doc, "schema", "baseline", "candidates", "chosen", "written", "notes")
	has("the baseline", doc["baseline"], "disk_bytes", "pull_bytes", "visible_bytes", "wasted_bytes", "layers", "packages", "build_seconds", "stand_in")
	list := doc["candidates"].([]any)
	first := list[0].(map[string]any)
	for _, c := range list {
		has("a candidate", c, "name", "sizes", "ratio", "moves", "probes", "verdict", "targets", "error")
	}
	has("a move", first["moves"].([]any)[0], "name", "reason", "evidence", "bytes")
	has("a probe", first["probes"].([]any)[0], "probe", "baseline", "candidate", "same")
	if doc["schema"] != "schlank.optimize/1" || doc["chosen"] != "universal" || cmp.Diff([]any{}, doc["written"]) != "" {
		t.Errorf("%s", b)
	}
	if failed := list[1].(map[string]any); failed["sizes"] != nil || failed["error"] != "no" || failed["verdict"] != "build-failed" {
		t.Errorf("%v", failed)
	}
}

func TestLinkCheck(t *testing.T) {
	elf := func(p string, layer int, soname string, needed ...string) inventory.File {
		return inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile, ELF: &inventory.ELF{Class: "64", Machine: "x86_64", Soname: soname, Needed: needed}}, Layer: layer, Owner: -1}
	}
	app := elf("/opt/app", 1, "", "libx.so.1", "libnever.so")
	lib := elf("/usr/lib/libx.so.1", 1, "libx.so.1")
	odd := elf("/opt/base", 0, "", "libgone.so")
	tree := func(files ...inventory.File) *inventory.Image {
		var t inventory.Tree
		for _, d := range []string{"/opt", "/usr", "/usr/lib"} {
			t = append(t, inventory.File{Entry: &inventory.Entry{Path: d, Kind: inventory.KindDir}, Owner: -1})
		}
		t = append(t, files...)
		sort.Slice(t, func(i, j int) bool { return inventory.ComparePaths(t[i].Path, t[j].Path) < 0 })
		return &inventory.Image{Tree: t}
	}
	base := &Built{Image: tree(app, lib), BaseLayers: 1}
	good := &Built{Image: tree(app, odd, lib), BaseLayers: 1}
	if r := linkCheck(base, good); !r.Same || r.Difference != "" {
		t.Errorf("%+v", r)
	}
	bad := &Built{Image: tree(app), BaseLayers: 1}
	if r := linkCheck(base, bad); r.Same || r.Difference != "libx.so.1 is missing for /opt/app" {
		t.Errorf("%+v", r)
	}
}

func TestDrift(t *testing.T) {
	img := func(kv ...string) *inventory.Image {
		m := &inventory.Image{}
		for i := 0; i < len(kv); i += 2 {
			m.Packages = append(m.Packages, inventory.Package{Type: inventory.Python, Name: kv[i], Version: kv[i+1]})
		}
		return m
	}
	got := drift(img("django", "4", "six", "1", "pip", "23", "pip", "24"), img("six", "2", "django", "4", "new", "1", "pip", "24"))
	if diff := cmp.Diff([]string{"six is 2 instead of 1"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzOSRelease(f *testing.F) {
	f.Add(osReleaseText)
	f.Add("# x=y\nID='a'\n =\nA=b=c")
	f.Fuzz(func(t *testing.T, text string) {
		for k, v := range osRelease(text) {
			if strings.ContainsAny(k+v, "\n") || strings.HasPrefix(k, "#") {
				t.Errorf("%q=%q", k, v)
			}
		}
	})
}
