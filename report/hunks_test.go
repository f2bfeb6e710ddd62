package report_test

import (
	"fmt"
	"strings"
	"testing"

	"schlank/report"
)

// TestDiffLines holds the heads of hunks to the texts: each line that both
// sides have stands where the head says.
func TestDiffLines(t *testing.T) {
	var old []string
	for i := range 60 {
		old = append(old, fmt.Sprintf("line %d", i+1))
	}
	now := append([]string(nil), old...)
	for _, i := range []int{2, 6, 8, 30, 50} {
		now[i] += " changed"
	}
	now = append(append(append([]string(nil), now[:20]...), "new", "newer"), now[20:]...)
	now = append(now[:44], now[45:]...)

	diff := report.Diff("a", "b", strings.Join(old, "\n")+"\n", strings.Join(now, "\n")+"\n", report.Style{})
	var from, to, seen int
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++"):
		case strings.HasPrefix(line, "@@"):
			seen++
			var n int
			if _, err := fmt.Sscanf(line, "@@ -%d,%d +%d,%d @@", &from, &n, &to, &n); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		case line[0] == '-':
			check(t, old, from, line)
			from++
		case line[0] == '+':
			check(t, now, to, line)
			to++
		default:
			check(t, old, from, line)
			check(t, now, to, line)
			from++
			to++
		}
	}
	if seen < 3 {
		t.Errorf("%d hunks, want more to test with:\n%s", seen, diff)
	}
}

// check compares a line of a diff with line n of a text.
func check(t *testing.T, lines []string, n int, line string) {
	t.Helper()
	if n < 1 || n > len(lines) || lines[n-1] != line[1:] {
		t.Errorf("line %d is not %q", n, line[1:])
	}
}
