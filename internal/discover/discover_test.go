package discover

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestFiles runs the cases in testdata: a project as a txtar archive, whose
// comment holds the arguments, and the expected answer in its file "want".
func TestFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var want string
			dir := t.TempDir()
			for _, f := range ar.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				p := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			var args, exclude []string
			for _, word := range strings.Fields(string(ar.Comment)) {
				if p, ok := strings.CutPrefix(word, "exclude="); ok {
					exclude = append(exclude, p)
				} else {
					args = append(args, word)
				}
			}
			found, problems, err := Files(args, Options{Exclude: exclude})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, show(found, problems)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func show(found []Found, problems []Problem) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(filepath.ToSlash(f.File) + " in " + filepath.ToSlash(f.Context))
		if f.Service != "" {
			b.WriteString(" for " + f.Service)
		}
		if f.Inline != "" {
			b.WriteString(": " + strings.TrimSpace(f.Inline))
		}
		b.WriteByte('\n')
	}
	for _, p := range problems {
		b.WriteString("! " + filepath.ToSlash(p.Error()) + "\n")
	}
	return b.String()
}

func TestMissingArgument(t *testing.T) {
	if _, _, err := Files([]string{filepath.Join(t.TempDir(), "none")}, Options{}); !os.IsNotExist(err) {
		t.Errorf("got %v, want that it does not exist", err)
	}
	if _, _, err := Files([]string{"."}, Options{Exclude: []string{"["}}); err == nil {
		t.Error("a broken pattern is not refused")
	}
}

func FuzzReferences(f *testing.F) {
	f.Add([]byte("services:\n  a:\n    build: .\n"), uint8(0))
	f.Add([]byte("target \"a\" {\n context = \"./${X}\"\n inherits = [\"b\"] \n}\nvariable \"X\" { default = \"x\" }\n"), uint8(1))
	f.Add([]byte(`{"target":{"a":{"inherits":["a"],"context":"b"}}}`), uint8(2))
	f.Add([]byte("a: &a [*a]\nservices: *a\n"), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, kind uint8) {
		if len(text) > 16<<10 {
			return
		}
		var builds []build
		var err error
		switch kind % 3 {
		case 0:
			builds, err = composeBuilds(text)
		case 1:
			builds, err = bakeHCL("docker-bake.hcl", text)
		case 2:
			builds, err = bakeJSON(text)
		}
		if err != nil && builds != nil {
			t.Error("both an answer and an error")
		}
	})
}
