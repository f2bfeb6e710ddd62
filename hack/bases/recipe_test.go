package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func names(list []*recipe) []string {
	var n []string
	for _, r := range list {
		n = append(n, r.Name)
	}
	return n
}

func loadOwn(t *testing.T) []*recipe {
	t.Helper()
	dir, err := embeddedRecipes()
	if err != nil {
		t.Fatal(err)
	}
	list, err := loadRecipes(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestOwnRecipesProvideTheBases(t *testing.T) {
	var got []string
	for _, r := range loadOwn(t) {
		got = append(got, r.Provides...)
	}
	for _, ref := range []string{
		"debian:bookworm", "debian:bookworm-slim", "buildpack-deps:bookworm", "python:3.11", "python:3.11-slim",
		"node:22", "node:22-slim", "golang:1.26", "alpine:3.19",
	} {
		if !slices.Contains(got, ref) {
			t.Errorf("no recipe provides %s", ref)
		}
	}
}

// A reference that From does not name would be looked for in a registry, and
// a change of its recipe would go unnoticed.
func TestOwnDockerfilesUseOnlyWhatTheyName(t *testing.T) {
	list := loadOwn(t)
	reference := regexp.MustCompile(`(?m)(?:^FROM |--from=)([a-z0-9-]+:[a-z0-9.-]+)`)
	for _, r := range list {
		allowed := map[string]bool{}
		for _, other := range list {
			if slices.Contains(r.From, other.Name) {
				for _, ref := range other.Provides {
					allowed[ref] = false
				}
			}
		}
		for _, m := range reference.FindAllStringSubmatch(string(r.content[dockerfileFile].data), -1) {
			if _, ok := allowed[m[1]]; !ok {
				t.Errorf("recipe %s uses %s, which no recipe in its from provides", r.Name, m[1])
			}
			allowed[m[1]] = true
		}
	}
}

func TestOwnRecipesNameNoRegistryHost(t *testing.T) {
	host := regexp.MustCompile(`https?://`)
	for _, r := range loadOwn(t) {
		for name, f := range r.content {
			if host.Match(f.data) {
				t.Errorf("recipe %s: %s names a host", r.Name, name)
			}
		}
	}
}

func TestLoadRecipes(t *testing.T) {
	rootfs := text("#!/bin/sh\n")
	recipe := func(lines ...string) *fstest.MapFile { return text("about: x\n" + strings.Join(lines, "\n")) }
	tests := []struct {
		name    string
		files   fstest.MapFS
		want    []string
		wantErr string
	}{
		{
			name: "after what they need",
			files: fstest.MapFS{
				"a/recipe.yaml": recipe("provides: [a:1]", "from: [c]"), "a/Dockerfile": text("FROM c:1"),
				"b/recipe.yaml": recipe("provides: [b:1]"), "b/rootfs.sh": rootfs,
				"c/recipe.yaml": recipe("provides: [c:1]", "from: [b]"), "c/Dockerfile": text("FROM b:1"),
			},
			want: []string{"b", "c", "a"},
		},
		{
			name:    "loop",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]", "from: [b]"), "a/Dockerfile": text(""), "b/recipe.yaml": recipe("provides: [b:1]", "from: [a]"), "b/Dockerfile": text("")},
			wantErr: "a → b → a",
		},
		{
			name:    "unknown need",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]", "from: [b]"), "a/Dockerfile": text("")},
			wantErr: "recipe a needs b, which does not exist",
		},
		{
			name:    "same reference twice",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]"), "a/rootfs.sh": rootfs, "b/recipe.yaml": recipe("provides: [a:1]"), "b/rootfs.sh": rootfs},
			wantErr: "both provide a:1",
		},
		{
			name:    "no way to make it",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]")},
			wantErr: "either a Dockerfile or a rootfs.sh",
		},
		{
			name:    "two ways to make it",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]"), "a/rootfs.sh": rootfs, "a/Dockerfile": text("")},
			wantErr: "either a Dockerfile or a rootfs.sh",
		},
		{
			name:    "unknown field",
			files:   fstest.MapFS{"a/recipe.yaml": recipe("provides: [a:1]", "colour: red"), "a/rootfs.sh": rootfs},
			wantErr: `unknown field "colour"`,
		},
		{
			name:    "nothing provided",
			files:   fstest.MapFS{"a/recipe.yaml": recipe(), "a/rootfs.sh": rootfs},
			wantErr: "provides is empty",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := loadRecipes(tt.files)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error %v, want %q in it", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(list)); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelectRecipes(t *testing.T) {
	list := loadOwn(t)
	tests := []struct {
		only []string
		want []string
	}{
		{[]string{"debian"}, []string{"debian"}},
		{[]string{"golang:1.26"}, []string{"debian", "buildpack-deps-curl", "buildpack-deps-scm", "golang"}},
		{[]string{"alpine", "debian:bookworm-slim"}, []string{"alpine", "debian-slim"}},
	}
	for _, tt := range tests {
		got, err := selectRecipes(list, tt.only)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, names(got)); diff != "" {
			t.Errorf("--only %v (-want +got):\n%s", tt.only, diff)
		}
	}
	if _, err := selectRecipes(list, []string{"windows"}); err == nil {
		t.Error("no error for a recipe that does not exist")
	}
}

func TestKeyChangesWithEverythingItDependsOn(t *testing.T) {
	base := func() (*recipe, map[string]string, *machine) {
		return &recipe{Name: "x", From: []string{"y"}, content: map[string]file{
				rootfsFile: {data: []byte("a"), executable: true}, "b": {data: []byte("c")},
			}}, map[string]string{"y": "1"},
			&machine{bundle: []byte("b"), extraCAs: [][]byte{[]byte("ca")}, env: []string{"A=1"}, aptSources: []byte("s"), aptConf: []byte("c")}
	}
	r, keys, m := base()
	want := r.key(keys, m, "fact", 1)
	if again := r.key(keys, m, "fact", 1); again != want {
		t.Fatalf("the same key twice: %s and %s", want, again)
	}
	changes := map[string]func(r *recipe, keys map[string]string, m *machine){
		"content":   func(r *recipe, _ map[string]string, _ *machine) { r.content["b"] = file{data: []byte("d")} },
		"file name": func(r *recipe, _ map[string]string, _ *machine) { r.content["bc"] = file{}; delete(r.content, "b") },
		"mode": func(r *recipe, _ map[string]string, _ *machine) {
			r.content["b"] = file{data: []byte("c"), executable: true}
		},
		"base":       func(_ *recipe, keys map[string]string, _ *machine) { keys["y"] = "2" },
		"bundle":     func(_ *recipe, _ map[string]string, m *machine) { m.bundle = nil },
		"authority":  func(_ *recipe, _ map[string]string, m *machine) { m.extraCAs = nil },
		"variable":   func(_ *recipe, _ map[string]string, m *machine) { m.env = []string{"A=2"} },
		"source":     func(_ *recipe, _ map[string]string, m *machine) { m.aptSources = []byte("t") },
		"apt config": func(_ *recipe, _ map[string]string, m *machine) { m.aptConf = nil },
	}
	for name, change := range changes {
		r, keys, m := base()
		change(r, keys, m)
		if r.key(keys, m, "fact", 1) == want {
			t.Errorf("%s does not change the key", name)
		}
	}
	if r.key(keys, m, "other", 1) == want || r.key(keys, m, "fact", 2) == want {
		t.Error("fact or epoch does not change the key")
	}
}
