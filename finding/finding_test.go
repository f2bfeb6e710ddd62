package finding_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/finding"
	"schlank/source"
)

func TestSort(t *testing.T) {
	at := func(start, end int) source.Span { return source.Span{Start: start, End: end} }
	want := []finding.Finding{
		{ID: "SL2", Severity: finding.Info, Span: at(0, 1)},
		{ID: "SL1", Severity: finding.Error, Span: at(0, 2)},
		{ID: "SL0", Severity: finding.Warning, Span: at(0, 2), Message: "a"},
		{ID: "SL0", Severity: finding.Warning, Span: at(0, 2), Message: "b"},
		{ID: "SL3", Severity: finding.Warning, Span: at(0, 2)},
		{ID: "SL0", Severity: finding.Error, Span: at(3, 3)},
	}
	got := []finding.Finding{want[5], want[3], want[4], want[0], want[2], want[1]}
	finding.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
}

func TestWorst(t *testing.T) {
	if _, ok := finding.Worst(nil); ok {
		t.Error("nothing has a worst finding")
	}
	worst, ok := finding.Worst([]finding.Finding{{Severity: finding.Warning}, {Severity: finding.Info}})
	if !ok || worst != finding.Warning || worst.String() != "warning" {
		t.Errorf("worst is %v, %v", worst, ok)
	}
}
