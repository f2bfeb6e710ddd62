package restage

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/rogpeppe/go-internal/txtar"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/source"
)

var update = flag.Bool("update", false, "write the results into the golden files")

// TestRewrite compares what both ways make of each case with the case's own
// sections "want NAME" and "moves NAME".
func TestRewrite(t *testing.T) {
	files, err := filepath.Glob("testdata/rewrite/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			m := newModel(t, a)
			got := &txtar.Archive{Comment: a.Comment}
			for _, f := range a.Files {
				if !strings.HasPrefix(f.Name, "want ") && !strings.HasPrefix(f.Name, "moves ") {
					got.Files = append(got.Files, f)
				}
			}
			for _, way := range Ways() {
				got.Files = append(got.Files, rewritten(t, m.in, way)...)
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(a)), string(txtar.Format(got))); diff != "" {
				t.Errorf("the result is another (-want +got); run with -update if it should be:\n%s", diff)
			}
		})
	}
}

// rewritten are the golden sections of one way.
func rewritten(t *testing.T, in Input, way Way) []txtar.File {
	t.Helper()
	c, err := way.Rewrite(in)
	if errors.Is(err, ErrNoRewrite) {
		return []txtar.File{{Name: "want " + way.Name, Data: []byte(err.Error() + "\n")}}
	}
	if err != nil {
		t.Fatalf("%s: %v", way.Name, err)
	}
	checkText(t, in, c)
	for range 20 {
		again, err := way.Rewrite(in)
		if err != nil || !bytes.Equal(again.Text, c.Text) || cmp.Diff(again, c) != "" {
			t.Fatalf("%s gives another result the second time: %v\n%s", way.Name, err, cmp.Diff(again, c))
		}
	}
	var moves strings.Builder
	for _, m := range c.Moves {
		fmt.Fprintf(&moves, "%s (%d): %s\n", m.Name, m.Bytes, m.Reason)
		for _, e := range m.Evidence {
			fmt.Fprintf(&moves, "- %s\n", e)
		}
	}
	for _, check := range c.Checks {
		fmt.Fprintf(&moves, "check: %s\n", check)
	}
	text := strings.ReplaceAll(string(c.Text), "\r\n", "\\r\n")
	return []txtar.File{{Name: "want " + way.Name, Data: []byte(text)}, {Name: "moves " + way.Name, Data: []byte(moves.String())}}
}

// checkText holds what is true of every rewritten Dockerfile: both parsers
// take it, and no comment of the original is lost.
func checkText(t testing.TB, in Input, c *Candidate) {
	t.Helper()
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: c.Text})
	if w, ok := finding.Worst(f.Findings); ok && w == finding.Error {
		t.Errorf("findings: %v in\n%s", f.Findings, c.Text)
	}
	if err := buildKit(c.Text); err != nil {
		t.Errorf("BuildKit: %v in\n%s", err, c.Text)
	}
	have := commentTexts(f.Syntax)
	for _, want := range commentTexts(in.File.Syntax) {
		if !slices.Contains(have, want) {
			t.Errorf("the comment %q is lost in\n%s", want, c.Text)
		}
	}
}

func buildKit(text []byte) error {
	result, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	_, _, err = instructions.Parse(result.AST, linter.New(&linter.Config{}))
	return err
}

func commentTexts(f *syntax.File) []string {
	var list []string
	add := func(s source.Span) { list = append(list, strings.TrimSpace(string(f.Text[s.Start:s.End]))) }
	for _, n := range f.Nodes {
		if n.Kind == syntax.CommentLine {
			add(n.Span)
		}
		if n.Instruction != nil {
			for _, p := range n.Instruction.Pieces {
				if isComment(p) {
					add(p.Span)
				}
			}
		}
	}
	return list
}
