package rules_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"schlank/finding"
	"schlank/fix"
	"schlank/internal/corpus"
	linter "schlank/lint"
	"schlank/source"
)

// TestIdentity: fixes that say they make the same image do. BuildKit turns the
// file into the same steps and the same configuration before and after them.
func TestIdentity(t *testing.T) {
	l := allRules(t)
	cases := slices.Concat(corpus.Own(), checks())
	if _, err := os.Stat("../../shared/cases"); err == nil {
		cases = append(cases, corpus.Peers(t, os.DirFS("../../shared/cases"))...)
	}
	fixed := 0
	for _, c := range cases {
		for _, text := range []string{c.Text, "FROM alpine\n" + c.Text} {
			diff, ok := changed(l, text)
			if diff != "" {
				t.Errorf("%s: the image is another\n%s\n%s", c.Name, text, diff)
			}
			if ok {
				fixed++
			}
		}
	}
	t.Logf("%d files were fixed", fixed)
}

// FuzzIdentity looks for files that such a fix harms.
func FuzzIdentity(f *testing.F) {
	l := allRules(f)
	for _, c := range slices.Concat(corpus.Own(), checks()) {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // BuildKit spoils such bytes
		}
		if diff, _ := changed(l, text); diff != "" {
			t.Errorf("%q\n%s", text, diff)
		}
	})
}

func allRules(t testing.TB) *linter.Linter {
	t.Helper()
	l, err := linter.New(linter.Options{All: true, NoComments: true})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// changed is what identity fixes change in the image, and whether BuildKit
// takes the file and there is something to fix.
func changed(l *linter.Linter, text string) (diff string, ok bool) {
	r := l.Fix(linter.Input{Source: source.File{Name: "Dockerfile", Bytes: []byte(text)}}, finding.Identity)
	if len(r.Applied) == 0 {
		return "", false
	}
	before, ok := built(text)
	if !ok {
		return "", false
	}
	after, _ := built(string(r.Text))
	if slices.ContainsFunc(r.Applied, func(a fix.Applied) bool { return a.Rule == "SL0030" }) {
		before.steps, after.steps = nil, nil // ADD and COPY are different steps with the same result
	}
	diff = cmp.Diff(before.config, after.config)
	if !slices.EqualFunc(before.steps, after.steps, bytes.Equal) {
		diff += "the steps are others\n"
	}
	if diff != "" {
		diff = fmt.Sprintf("fixed:\n%s\n%+v\n%s", r.Text, r.Applied, diff)
	}
	return diff, true
}

// result is what BuildKit makes of a file.
type result struct {
	config ocispecs.ImageConfig
	steps  [][]byte
}

// built is what BuildKit makes of a file, and whether it takes it.
func built(text string) (result, bool) {
	linux := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	caps := pb.Caps.CapSet(pb.Caps.All())
	files := llb.Image("context") // one of the local system would have a name of its own each time
	r, err := dockerfile2llb.Dockerfile2LLB(context.Background(), []byte(text), dockerfile2llb.ConvertOpt{
		MetaResolver: alike{}, TargetPlatform: &linux, LLBCaps: &caps, MainContext: &files,
	})
	if err != nil {
		return result{}, false
	}
	definition, err := r.State.Marshal(context.Background())
	if err != nil {
		return result{}, false
	}
	return result{config: r.Image.Config.ImageConfig, steps: definition.Def}, true
}
