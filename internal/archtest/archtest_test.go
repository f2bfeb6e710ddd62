// Package archtest holds the architecture of docs/architecture.md: imports
// point down, and each third-party library has its door.
package archtest

import (
	"go/build"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// levels gives every room its level. A package may import packages of lower
// levels, and of its own room (a directory tree listed here as one).
var levels = map[string]int{
	"source": 0, "inventory": 0, "internal/bounded": 0, "internal/corpus": 0, "internal/atomicfile": 0, "internal/schematest": 0,
	"finding": 1, "compare": 1, "internal/pkgdb": 1, "dockerfile/expand": 1, "dockerfile/syntax": 2,
	"dockerfile/shellcmd": 2, "report": 2, "engine": 2, "internal/image": 2, "internal/config": 2, "internal/buildcontext": 2, "internal/agent": 2, "internal/discover": 2, "internal/buildrecord": 3,
	"dockerfile": 3, "internal/engine": 3,
	"dockerfile/pkgmgr": 3,
	"stack":             4, "evidence": 4, "probe": 4, "rule": 4, "attribute": 4, "siblings": 4,
	"restage": 5, "rules": 5, "fix": 5, "inspect": 5,
	"optimize": 6, "lint": 6, "internal/shellcheck": 6, "rules/ruletest": 6,
	".": 7, "internal/lsp": 7, "internal/tui": 7,
	"internal/cli": 8, "internal/newrule": 8,
	"cmd/schlank": 9, "hack": 9, "internal/archtest": 9,
}

// doors lists, by prefix of the import path, the rooms that may use a
// third-party library. Test files may use the oracles below too.
var doors = map[string][]string{
	"mvdan.cc/sh/v3":                         {"dockerfile/shellcmd"},
	"github.com/google/go-containerregistry": {"internal/image", "hack"},
	"github.com/moby/buildkit":               {"internal/engine"},
	"github.com/containerd/":                 {"internal/engine", "internal/image"},
	"github.com/docker/cli":                  {"internal/engine"},
	"github.com/tonistiigi/fsutil":           {"internal/engine"},
	"github.com/opencontainers/":             {"internal/engine", "internal/image", "hack"},
	"github.com/distribution/reference":      {"internal/engine", "internal/image", "hack"},
	"github.com/sirupsen/logrus":             {"internal/engine"},
	"go.etcd.io/bbolt":                       {"internal/engine"},
	"go.opentelemetry.io/":                   {"internal/engine"},
	"google.golang.org/grpc":                 {"internal/engine", "internal/image"},
	"github.com/moby/patternmatcher":         {"internal/buildcontext"},
	"github.com/moby/sys":                    {"internal/engine"},
	"github.com/spf13/cobra":                 {"internal/cli"},
	"github.com/aymanbagabas/go-udiff":       {"report"},
	"github.com/klauspost/compress":          {"internal/image", "internal/engine", "hack"},
	"sigs.k8s.io/yaml":                       {"internal/config", "internal/discover", "hack"},
	"github.com/hashicorp/hcl/v2":            {"internal/discover"},
	"github.com/zclconf/go-cty":              {"internal/discover"},
	"golang.org/x/sys":                       {"internal/engine", "internal/agent", "hack"},
	"golang.org/x/net/html":                  {"probe"},
	"golang.org/x/term":                      {"internal/cli"},
	"golang.org/x/sync":                      {"internal/image"},
	"charm.land/bubbletea/v2":                {"internal/tui"},
	"github.com/charmbracelet/x/ansi":        {"internal/tui"},
}

// oracles are libraries that tests of any room may use.
var oracles = []string{
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/moby/buildkit", "github.com/google/go-containerregistry",
	"github.com/opencontainers/", "github.com/klauspost/compress", "github.com/containerd/", "golang.org/x/sys", "github.com/distribution/reference",
}

// pure are the rooms that do no I/O: from bytes to edits everything runs in
// an editor, on any system.
var pure = []string{"source", "inventory", "finding", "compare", "dockerfile", "report", "stack", "evidence", "restage", "internal/pkgdb", "probe/volatile", "rule", "rules", "fix", "lint", "attribute", "inspect", "siblings", "internal/tui/pathtree"}

// testSupport are packages that only tests and hack import, and that may read
// files.
var testSupport = []string{"internal/corpus", "internal/engine/enginetest", "internal/pkgdb/elfsection/elftest", "internal/schematest", "rules/ruletest"}

// impure are the standard packages through which I/O would come.
var impure = []string{"net", "net/http", "os", "os/exec", "os/signal", "syscall"}

func TestImportsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		room, level, ok := roomOf(p.dir)
		if !ok {
			t.Errorf("%s: give the package a level in archtest", p.dir)
			continue
		}
		for _, imp := range p.imports {
			rel, ours := strings.CutPrefix(imp, "schlank/")
			if imp == "schlank" {
				rel, ours = ".", true
			}
			if !ours {
				continue
			}
			to, toLevel, ok := roomOf(rel)
			if ok && to != room && toLevel >= level {
				t.Errorf("%s (level %d) imports %s (level %d): imports point down", p.dir, level, rel, toLevel)
			}
		}
	}
}

func TestDoors(t *testing.T) {
	for _, p := range packages(t) {
		room, _, _ := roomOf(p.dir)
		for _, imp := range p.imports {
			checkDoor(t, p.dir, room, imp, slices.Contains(testSupport, p.dir))
		}
		for _, imp := range p.testImports {
			checkDoor(t, p.dir, room, imp, true)
		}
	}
}

func checkDoor(t *testing.T, dir, room, imp string, test bool) {
	t.Helper()
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return // standard library or ours
	}
	if test && slices.ContainsFunc(oracles, func(o string) bool { return strings.HasPrefix(imp, o) }) {
		return
	}
	for prefix, rooms := range doors {
		if strings.HasPrefix(imp, prefix) {
			if !slices.Contains(rooms, room) && room != "hack" {
				t.Errorf("%s imports %s, whose door is %v", dir, imp, rooms)
			}
			return
		}
	}
	t.Errorf("%s imports %s: a new library needs a door in archtest and a line in docs/dependencies.md", dir, imp)
}

func TestSupportStaysInTests(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.imports {
			if rel, ours := strings.CutPrefix(imp, "schlank/"); ours && slices.Contains(testSupport, rel) && !slices.Contains(testSupport, p.dir) && !strings.HasPrefix(p.dir, "hack/") {
				t.Errorf("%s imports %s outside of tests", p.dir, rel)
			}
		}
	}
}

func TestPureRooms(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(testSupport, p.dir) {
			continue
		}
		if !slices.ContainsFunc(pure, func(r string) bool { return p.dir == r || strings.HasPrefix(p.dir, r+"/") }) {
			continue
		}
		for _, imp := range p.imports {
			if slices.Contains(impure, imp) {
				t.Errorf("%s imports %s: this room does no I/O", p.dir, imp)
			}
		}
	}
}

// roomOf finds the room a package directory belongs to: the longest listed
// directory that holds it.
func roomOf(dir string) (room string, level int, ok bool) {
	for d := dir; ; d = path.Dir(d) {
		if l, found := levels[d]; found && (d != "." || dir == ".") {
			return d, l, true
		}
		if d == "." || d == "/" {
			return "", 0, false
		}
	}
}

type pkg struct {
	dir                  string
	imports, testImports []string
}

// packages lists all packages of the module with the imports of all files,
// whatever system they are for.
func packages(t *testing.T) []pkg {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ctx := build.Default
	ctx.UseAllFiles = true
	var list []pkg
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if n := d.Name(); n == "testdata" || n == "examples" || strings.HasPrefix(n, ".") && p != root {
			return filepath.SkipDir
		}
		b, err := ctx.ImportDir(p, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		// With all systems' files taken together a directory may seem to
		// hold several packages; the imports are right all the same.
		if b == nil || len(b.GoFiles)+len(b.TestGoFiles)+len(b.XTestGoFiles) == 0 {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		list = append(list, pkg{filepath.ToSlash(rel), b.Imports, append(b.TestImports, b.XTestImports...)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 10 {
		t.Fatalf("found only %d packages", len(list))
	}
	return list
}
