package driver

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gatewayapi "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

func TestMergeEnv(t *testing.T) {
	tests := []struct{ name, base, add, want string }{
		{"path when there is none", "", "", defaultPath},
		{"own path stays", "PATH=/x A=1", "", "PATH=/x A=1"},
		{"replaced in place", "PATH=/x A=1 B=2", "A=3 C=4", "PATH=/x A=3 B=2 C=4"},
		{"last one wins", "PATH=/x", "A=1 A=2", "PATH=/x A=2"},
		{"empty value and none", "PATH=/x A=1", "A= B", "PATH=/x A= B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mergeEnv(strings.Fields(tt.base), strings.Fields(tt.add))
			if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
				t.Errorf("environment (-want +got):\n%s", d)
			}
		})
	}
}

func TestTail(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   []string
	}{
		{"nothing", nil, nil},
		{"lines in pieces", []string{"on", "e\ntw", "o\n"}, []string{"one", "two"}},
		{"no end of line", []string{"one\ntwo"}, []string{"one", "two"}},
		{"progress bar", []string{"10%\r50%\r100%\r\ndone\r\n"}, []string{"100%", "done"}},
		{"too many lines", []string{strings.Repeat("x\n", tailLines), "last\n"}, append(strings.Fields(strings.Repeat("x ", tailLines-1)), "last")},
		{"endless line", []string{strings.Repeat("y", maxPartial+1), "z"}, []string{strings.Repeat("y", maxPartial+1), "z"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tl := &tail{}
			for _, w := range tt.writes {
				tl.write([]byte(w))
			}
			if d := cmp.Diff(tt.want, tl.end()); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
		})
	}
	if (*tail)(nil).end() != nil {
		t.Error("a step without output has lines")
	}
}

func TestInnermost(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain",
		"failed to solve: failed to compute cache key: failed to calculate checksum of ref a::b: \"/x\": not found": `"/x": not found`,
		"failed to solve: dockerfile parse error on line 3: unknown flag: --x":                                      "unknown flag: --x",
		"rpc error: code = Unknown desc = no":                                                                       "no",
	} {
		if got := innermost(errors.New(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestExitCode(t *testing.T) {
	tests := []struct {
		err  error
		code int
		ok   bool
	}{
		{errors.New("no code"), 0, false},
		{&gatewayapi.ExitError{ExitCode: 7}, 7, true},
		{&gatewayapi.ExitError{ExitCode: 255}, 255, true},
		{&gatewayapi.ExitError{ExitCode: 255, Err: errors.New("runc did not start")}, 0, false},
		{errors.New("executor failed running [sh -c a\nb]: exit code: 3"), 3, true},
		{errors.New("executor failed running [sh]: network bridge not found"), 0, false},
	}
	for _, tt := range tests {
		if code, ok := exitCode(tt.err); ok != tt.ok || ok && code != tt.code {
			t.Errorf("%v: %d, %v; want %d, %v", tt.err, code, ok, tt.code, tt.ok)
		}
	}
}

func TestLayoutContext(t *testing.T) {
	dir := t.TempDir()
	one, two := digest.FromString("one").String(), digest.FromString("two").String()
	write := func(manifests string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"manifests":[`+manifests+`]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tagged := func(d, tag string) string {
		return `{"digest":"` + d + `","annotations":{"org.opencontainers.image.ref.name":"` + tag + `"}}`
	}
	both := tagged(one, "a") + "," + tagged(two, "b")
	tests := []struct{ name, manifests, suffix, want string }{
		{"tag", both, ":b", "oci-layout://id@" + two},
		{"digest", both, "@" + one, "oci-layout://id@" + one},
		{"single image", tagged(one, "a"), "", "oci-layout://id@" + one},
		{"several images", both, "", "name one as"},
		{"unknown tag", both, ":c", `tagged "c"`},
		{"broken index", "{", "", "index.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(tt.manifests)
			got, _, err := layoutContext(dir+tt.suffix, "id")
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

// FuzzGraph holds that a hostile build graph neither panics nor loops.
func FuzzGraph(f *testing.F) {
	op := &pb.Op{Inputs: []*pb.Input{{Digest: "sha256:x"}}, Op: &pb.Op_File{File: &pb.FileOp{Actions: []*pb.FileAction{{Input: 2, Output: 0}}}}}
	b, err := op.MarshalVT()
	if err != nil {
		f.Fatal(err)
	}
	last, err := (&pb.Op{Inputs: []*pb.Input{{Digest: digest.FromBytes(b).String()}}}).MarshalVT()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, last)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		g, err := newGraph(&pb.Definition{Def: [][]byte{a, b}})
		if err != nil {
			return
		}
		made, ok := g.layers()
		if ok && len(made) > 2 {
			t.Errorf("%d layers of two vertices", len(made))
		}
		if base, at := placeLayers(made, g.images(), 2); base < 0 || len(at) > len(made) {
			t.Errorf("%d base layers, %v", base, at)
		}
	})
}
