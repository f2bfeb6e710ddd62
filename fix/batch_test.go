package fix_test

import (
	"fmt"
	"strings"
	"testing"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/fix"
	"schlank/source"
)

// TestBatch: many fixes of one rule take few steps, and are told as if they
// had been applied one after the other.
func TestBatch(t *testing.T) {
	in := "FROM a\n" + strings.Repeat("RUN x && x\nENV A=b\n", 50)
	checks := 0
	check := func(f *dockerfile.File, ids []string) []finding.Finding {
		checks++
		return replace("A", "x", "yy", finding.Equivalent)(f, ids)
	}
	got := fix.All(source.File{Bytes: []byte(in)}, fix.Options{Check: check})
	if want := strings.ReplaceAll(in, "x", "yy"); string(got.Text) != want {
		t.Errorf("got\n%s", got.Text)
	}
	if len(got.Applied) != 100 {
		t.Errorf("%d fixes were applied, want 100", len(got.Applied))
	}
	// One batch for one fix of each instruction, then one at a time.
	if checks > 57 {
		t.Errorf("looked at the file %d times", checks)
	}
	for k, a := range got.Applied {
		if text := string(got.Text[a.Span.Start:a.Span.End]); text != "yy" {
			t.Errorf("fix %d wrote %q", k, text)
		}
		if want := 2 + 2*(k%50); a.Line != want {
			t.Errorf("fix %d was in line %d, want %d", k, a.Line, want)
		}
	}
}

// TestBatchAlone: where one fix does for all, the others are not applied.
func TestBatchAlone(t *testing.T) {
	check := func(f *dockerfile.File, _ []string) []finding.Finding {
		var out []finding.Finding
		if strings.Contains(string(f.Source.Bytes), "done") {
			return nil
		}
		for k, in := range f.Stages[0].Instructions {
			out = append(out, finding.Finding{
				ID: "A", Message: fmt.Sprint("instruction ", k), Span: in.Span,
				Fixes: []finding.Fix{{Title: "do it", Safety: finding.Identity, Edits: []source.Edit{source.Insert(in.Bare().End, " done")}}},
			})
		}
		return out
	}
	got := fix.All(source.File{Bytes: []byte("FROM a\nRUN b\nRUN c\nRUN d\nRUN e\nRUN f\n")}, fix.Options{Check: check})
	if n := strings.Count(string(got.Text), "done"); n != 1 {
		t.Errorf("applied %d times:\n%s", n, got.Text)
	}
}
