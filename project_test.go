package schlank

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// project makes a directory of the files, by path, and makes it the current
// one.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

func TestOpenProject(t *testing.T) {
	project(t, map[string]string{
		"Dockerfile":                     "FROM root\n",
		"web/Containerfile":              "FROM web\n",
		"both/Dockerfile":                "FROM first\n",
		"both/Containerfile":             "FROM second\n",
		"both/x.Dockerfile":              "FROM x\n",
		"both/x.Dockerfile.dockerignore": "tmp\n",
		"odd/Dockerfile/keep":            "",
		"empty/keep":                     "",
		"big/Dockerfile":                 strings.Repeat("#", maxDockerfile+1),
	})
	tests := []struct {
		path, file           string
		dir, name, text, ign string
		wrong                string
	}{
		{path: "", dir: ".", name: "Dockerfile", text: "FROM root\n"},
		{path: "web", dir: "web", name: filepath.Join("web", "Containerfile"), text: "FROM web\n"},
		{path: "both", dir: "both", name: filepath.Join("both", "Dockerfile"), text: "FROM first\n"},
		{path: "both/x.Dockerfile", dir: "both", name: "both/x.Dockerfile", text: "FROM x\n", ign: "tmp\n"},
		{path: ".", file: "both/x.Dockerfile", dir: ".", name: "both/x.Dockerfile", text: "FROM x\n", ign: "tmp\n"},
		{path: "missing", wrong: "missing: no such file or directory"},
		{path: "empty", wrong: "empty: no Dockerfile there"},
		{path: "odd", wrong: "odd: no Dockerfile there"},
		{path: "both/Dockerfile", file: "Dockerfile", wrong: "is not a directory"},
		{path: ".", file: "missing", wrong: "missing: no such file"},
		{path: ".", file: "both", wrong: "both cannot be read"},
		{path: "big", wrong: "larger than"},
	}
	for _, tt := range tests {
		p, err := OpenProject(tt.path, tt.file)
		if tt.wrong != "" {
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("%s, %s: error is %v, want a usage error with %q", tt.path, tt.file, err, tt.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s, %s: %v", tt.path, tt.file, err)
			continue
		}
		if p.Dir != tt.dir || p.Name != tt.name || string(p.Dockerfile) != tt.text || string(p.Ignore) != tt.ign || (p.Ignore == nil) != (tt.ign == "") {
			t.Errorf("%s, %s: got %s, %s, %q, %q", tt.path, tt.file, p.Dir, p.Name, p.Dockerfile, p.Ignore)
		}
	}
}
