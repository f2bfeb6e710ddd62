package rules_test

import (
	"os"
	"strings"
	"testing"
)

// deviation is a case that does not come out as the peer expects.
type deviation struct{ source, rule, expected, ours string }

// readDeviations reads the tables of docs/deviations.md: source, rule,
// expected, ours and the reason, which must be there.
func readDeviations(t *testing.T) map[deviation]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/deviations.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[deviation]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 2 || !strings.Contains(cells[1], ":") || strings.HasPrefix(cells[1], ":") {
			continue
		}
		if len(cells) != 7 || strings.TrimSpace(cells[5]) == "" {
			t.Errorf("docs/deviations.md:%d: a row has a source, a rule, what is expected, what we find, and a reason", n+1)
			continue
		}
		for k := range cells {
			cells[k] = strings.TrimSpace(cells[k])
		}
		out[deviation{cells[1], cells[2], cells[3], cells[4]}] = true
	}
	return out
}
