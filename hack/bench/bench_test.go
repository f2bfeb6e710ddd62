package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	if got := median([]time.Duration{5, 1, 3}); got != 3 {
		t.Errorf("median %d, want 3", got)
	}
}

func TestMove(t *testing.T) {
	for _, tt := range []struct{ below, name, want string }{
		{"", "usr/bin/", "usr/bin/"},
		{"opt/copy", "usr/bin/", "opt/copy/usr/bin/"},
		{"opt/copy", "usr/bin/env", "opt/copy/usr/bin/env"},
	} {
		p := part{below: tt.below}
		if got := p.move(tt.name); got != tt.want {
			t.Errorf("%s below %q: %s, want %s", tt.name, tt.below, got, tt.want)
		}
	}
}

func TestTable(t *testing.T) {
	var buf bytes.Buffer
	err := printTable(&buf, "gzip", []result{
		{tool: tool{name: ours, does: "all"}, wall: 2 * time.Second, cpu: 3 * time.Second, memory: memory{50_000_000, 40_000_000}},
		{tool: tool{name: "seen", does: "less"}, wall: 400 * time.Millisecond},
		{tool: tool{name: "peer", does: "little", target: 0.5}, wall: 8 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for line := range strings.Lines(buf.String()) {
		if f := strings.Fields(line); len(f) > 5 {
			got = append(got, f)
		}
	}
	want := [][]string{
		strings.Fields("program wall s CPU s peak MB own MB ours / its target it"),
		strings.Fields("schlank 2.00 3.00 50 40 1.00 ≤ 60 MB met all"),
		strings.Fields("seen 0.40 0.00 0 0 5.00 ≤ 0.3 s missed less"),
		strings.Fields("peer 8.00 0.00 0 0 0.25 ≤ 0.50 met little"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
