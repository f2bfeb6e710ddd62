package schlank

import (
	"os"
	"path/filepath"
	"testing"

	"schlank/optimize"
	"schlank/restage"

	"github.com/google/go-cmp/cmp"
)

// files reads a directory, names to contents.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			b = []byte("unreadable")
		}
		all[e.Name()] = string(b)
	}
	return all
}

func TestWrite(t *testing.T) {
	tests := []struct {
		name         string
		opt          OptimizeOptions
		chosen, best int
		before       map[string]string
		// want is what the directory holds besides the Dockerfile.
		want  map[string]string
		fails bool
	}{
		{name: "chosen", want: map[string]string{"Dockerfile.slim": "slim", ".dockerignore": "ignore"}},
		{name: "over an older one", before: map[string]string{"Dockerfile.slim": "older"}, want: map[string]string{"Dockerfile.slim": "slim", ".dockerignore": "ignore"}},
		{name: "elsewhere", opt: OptimizeOptions{Output: "new"}, want: map[string]string{"new": "slim", ".dockerignore": "ignore"}},
		{name: "in place", opt: OptimizeOptions{InPlace: true}, want: map[string]string{"Dockerfile": "slim", ".dockerignore": "ignore"}},
		{name: "dry run", opt: OptimizeOptions{DryRun: true, Force: true}},
		{name: "none chosen", chosen: -1},
		{name: "none chosen, forced", chosen: -1, opt: OptimizeOptions{Force: true}, want: map[string]string{"Dockerfile.slim": "slim", ".dockerignore": "ignore"}},
		{name: "none built, forced", chosen: -1, best: -1, opt: OptimizeOptions{Force: true}},
		{
			name:   "an ignore file came in between",
			before: map[string]string{".dockerignore": "theirs"}, want: map[string]string{".dockerignore": "theirs"}, fails: true,
		},
		{name: "no place to go", opt: OptimizeOptions{Output: "nowhere/new"}, fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := map[string]string{"Dockerfile": "original"}
			for n, b := range tt.before {
				all[n] = b
			}
			dir := project(t, all)
			p := &Project{Dir: ".", File: "Dockerfile"}
			o := &Optimized{
				Result: &optimize.Result{Chosen: tt.chosen, Best: tt.best, Candidates: []*optimize.Candidate{
					{Candidate: restage.Candidate{Text: []byte("slim"), Ignore: []byte("ignore")}},
				}},
				Target: tt.opt.target(p),
			}
			if err := o.write(p, tt.opt); (err != nil) != tt.fails {
				t.Errorf("error is %v", err)
			}
			want := map[string]string{"Dockerfile": "original"}
			for n, b := range tt.want {
				want[n] = b
			}
			if d := cmp.Diff(want, files(t, dir)); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
			if tt.fails != (len(o.Written) == 0) && tt.want != nil {
				t.Errorf("Written is %v", o.Written)
			}
		})
	}
}
