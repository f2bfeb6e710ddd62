package fix_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/fix"
	"schlank/source"
)

type checker = func(*dockerfile.File, []string) []finding.Finding

// replace is a check that finds each old text and would replace it.
func replace(id, old, by string, safety finding.Safety) checker {
	return func(f *dockerfile.File, _ []string) []finding.Finding {
		var out []finding.Finding
		text := string(f.Source.Bytes)
		for at := 0; ; {
			k := strings.Index(text[at:], old)
			if k < 0 {
				return out
			}
			span := source.Span{Start: at + k, End: at + k + len(old)}
			out = append(out, finding.Finding{
				ID: id, Severity: finding.Warning, Span: span, Message: "there is " + old,
				Fixes: []finding.Fix{{Title: "write " + by, Safety: safety, Edits: []source.Edit{{Span: span, New: by}}}},
			})
			at += k + len(old)
		}
	}
}

// both is what either check finds, in order of place.
func both(a, b checker) checker {
	return func(f *dockerfile.File, ids []string) []finding.Finding {
		out := append(a(f, ids), b(f, ids)...)
		finding.Sort(out)
		return out
	}
}

func TestAll(t *testing.T) {
	const e, s = finding.Equivalent, finding.Suggestion
	tests := []struct {
		name, in, want string
		check          checker
		least          finding.Safety
		applied        []fix.Applied
		refused        []fix.Refused
	}{
		{name: "nothing to do", in: "FROM a\n", want: "FROM a\n", check: replace("A", "x", "y", e)},
		{
			name: "each in turn", in: "FROM a\nRUN x\nRUN x\n", want: "FROM a\nRUN yy\nRUN yy\n", check: replace("A", "x", "yy", e),
			applied: []fix.Applied{
				{Rule: "A", Title: "write yy", Safety: e, Line: 2, Span: source.Span{Start: 11, End: 13}},
				{Rule: "A", Title: "write yy", Safety: e, Line: 3, Span: source.Span{Start: 18, End: 20}},
			},
		},
		{name: "less safe than asked for", in: "FROM a\nRUN x\n", want: "FROM a\nRUN x\n", check: replace("A", "x", "y", s)},
		{
			name: "as safe as asked for", in: "FROM a\nRUN x\n", want: "FROM a\nRUN y\n", check: replace("A", "x", "y", s), least: s,
			applied: []fix.Applied{{Rule: "A", Title: "write y", Safety: s, Line: 2, Span: source.Span{Start: 11, End: 12}}},
		},
		{
			name: "a fix that leaves its finding", in: "FROM a\nRUN x\nRUN q\n", want: "FROM a\nRUN x\nRUN r\n",
			check:   both(replace("A", "x", "xz", e), replace("B", "q", "r", e)),
			applied: []fix.Applied{{Rule: "B", Title: "write r", Safety: e, Line: 3, Span: source.Span{Start: 17, End: 18}}},
			refused: []fix.Refused{{Rule: "A", Title: "write xz", Safety: e, Line: 2, Reason: "the finding would still be there"}},
		},
		{
			name: "fixes against each other", in: "FROM a\nRUN x\n", want: "FROM a\nRUN y\n",
			check:   both(replace("A", "x", "y", e), replace("B", "y", "x", e)),
			applied: []fix.Applied{{Rule: "A", Title: "write y", Safety: e, Line: 2, Span: source.Span{Start: 11, End: 12}}},
			refused: []fix.Refused{{Rule: "B", Title: "write x", Safety: e, Line: 2, Reason: "it changes nothing, or undoes what another fix did"}},
		},
		{
			name: "what breaks the file", in: "FROM a\nRUN x\nRUN q\n", want: "FROM a\nRUN x\nRUN r\n",
			check:   both(replace("A", "RUN x", "RUNN x", e), replace("B", "q", "r", e)),
			applied: []fix.Applied{{Rule: "B", Title: "write r", Safety: e, Line: 3, Span: source.Span{Start: 17, End: 18}}},
			refused: []fix.Refused{{Rule: "A", Title: "write RUNN x", Safety: e, Line: 2, Reason: "it would make an error: unknown instruction RUNN in line 2"}},
		},
		{
			name: "a file with errors is fixed all the same", in: "FROM a\nBOGUS\nRUN x\n", want: "FROM a\nBOGUS\nRUN y\n", check: replace("A", "x", "y", e),
			applied: []fix.Applied{{Rule: "A", Title: "write y", Safety: e, Line: 3, Span: source.Span{Start: 17, End: 18}}},
		},
		{
			name: "lines are those of the original", in: "FROM a\nRUN x\nRUN q\n", want: "FROM a\nRUN \\\n\\\n y\nRUN r\n",
			check: both(replace("A", "x", "\\\n\\\n y", e), replace("B", "q", "r", e)),
			applied: []fix.Applied{
				{Rule: "A", Title: "write \\\n\\\n y", Safety: e, Line: 2, Span: source.Span{Start: 11, End: 17}},
				{Rule: "B", Title: "write r", Safety: e, Line: 3, Span: source.Span{Start: 22, End: 23}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := source.File{Name: "Dockerfile", Bytes: []byte(tt.in)}
			got := fix.All(src, fix.Options{Check: tt.check, Least: tt.least})
			if diff := cmp.Diff(tt.want, string(got.Text)); diff != "" {
				t.Errorf("text (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.applied, got.Applied, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("applied (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.refused, got.Refused, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("refused (-want +got)\n%s", diff)
			}
		})
	}
}

// TestAlternatives: the best fix that is safe enough and does no harm.
func TestAlternatives(t *testing.T) {
	check := func(f *dockerfile.File, _ []string) []finding.Finding {
		k := strings.Index(string(f.Source.Bytes), "x")
		if k < 0 {
			return nil
		}
		span := source.Span{Start: k, End: k + 1}
		with := func(by string, s finding.Safety) finding.Fix {
			return finding.Fix{Title: by, Safety: s, Edits: []source.Edit{{Span: span, New: by}}}
		}
		overlapping := finding.Fix{Title: "twice", Safety: finding.Identity, Edits: []source.Edit{{Span: span}, {Span: span}}}
		return []finding.Finding{{ID: "A", Span: span, Message: "m", Fixes: []finding.Fix{
			with("risky", finding.Suggestion), overlapping, with("sure", finding.Identity),
		}}}
	}
	got := fix.All(source.File{Bytes: []byte("FROM a\nRUN x\n")}, fix.Options{Check: check})
	if string(got.Text) != "FROM a\nRUN sure\n" || len(got.Applied) != 1 || len(got.Refused) != 0 {
		t.Errorf("got %q, refused %+v", got.Text, got.Refused)
	}
}

// TestEnds: even a fix that makes ever new findings comes to an end.
func TestEnds(t *testing.T) {
	check := func(f *dockerfile.File, _ []string) []finding.Finding {
		n := len(f.Source.Bytes)
		return []finding.Finding{{ID: "A", Message: fmt.Sprint("there are ", n, " bytes"), Fixes: []finding.Fix{
			{Title: "add one", Safety: finding.Identity, Edits: []source.Edit{source.Insert(n, "#\n")}},
		}}}
	}
	got := fix.All(source.File{Bytes: []byte("FROM a\n")}, fix.Options{Check: check})
	if n := len(got.Applied); n == 0 || n > 100 {
		t.Errorf("%d fixes were applied", n)
	}
}

// TestRounds: fixes of a rule that had no findings at first are applied too,
// and the rules without fixes do not run in between.
func TestRounds(t *testing.T) {
	var asked []string
	check := func(f *dockerfile.File, ids []string) []finding.Finding {
		asked = append(asked, strings.Join(ids, ","))
		found := both(replace("A", "x", "y", finding.Equivalent), replace("B", "y", "z", finding.Equivalent))(f, ids)
		return slices.DeleteFunc(found, func(x finding.Finding) bool { return ids != nil && !slices.Contains(ids, x.ID) })
	}
	got := fix.All(source.File{Bytes: []byte("FROM a\nRUN x\n")}, fix.Options{Check: check})
	if string(got.Text) != "FROM a\nRUN z\n" {
		t.Errorf("got %q", got.Text)
	}
	if diff := cmp.Diff([]string{"", "A", "", "B", ""}, asked); diff != "" {
		t.Errorf("asked for (-want +got)\n%s", diff)
	}
}

// TestLater: a fix that would do harm is applied once another one has made it
// harmless. With the first line alone the COPY would be from its own stage.
func TestLater(t *testing.T) {
	src := source.File{Bytes: []byte("FRM a AS x\nFRM b\nCOPY --from=x c d\n")}
	got := fix.All(src, fix.Options{Check: replace("A", "FRM", "FROM", finding.Equivalent)})
	if want := "FROM a AS x\nFROM b\nCOPY --from=x c d\n"; string(got.Text) != want || len(got.Refused) != 0 {
		t.Errorf("got %q, refused %+v", got.Text, got.Refused)
	}
	if len(got.Applied) != 2 || got.Applied[0].Line != 2 || got.Applied[1].Line != 1 {
		t.Errorf("applied %+v", got.Applied)
	}
}
