package restage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIgnoreFile(t *testing.T) {
	for name, c := range map[string]struct {
		files, referenced []string
		want              string
	}{
		"nothing":                {[]string{"a.py", "src/env/x.py"}, nil, ""},
		"what no build needs":    {[]string{".git/HEAD", "a/__pycache__/x.pyc", "node_modules/x/y.js", "venv/pyvenv.cfg", "venv/bin/x"}, nil, "**/__pycache__\n.dockerignore\n.git\nnode_modules\nvenv\n"},
		"a directory named env":  {[]string{"env/x.py"}, nil, ""},
		"build descriptions":     {[]string{"Dockerfile", "x.Dockerfile", "compose.yaml", "docker-compose.override.yml", "compose.py"}, nil, "**/*.Dockerfile\n**/Dockerfile\n**/Dockerfile.*\n**/compose.*\n**/docker-compose.override.*\n.dockerignore\n"},
		"what is copied is kept": {[]string{"node_modules/x.js", "compose.yaml"}, []string{"node_modules", "compose.yaml"}, ""},
	} {
		got, hit := ignoreFile(c.files, c.referenced)
		if c.want != "" {
			c.want = "# What the build does not use.\n" + c.want
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if (len(hit) > 0) != (got != "") {
			t.Errorf("%s: hits %q", name, hit)
		}
	}
}
