package report

import (
	"fmt"
	"strconv"
	"strings"
)

// renumber writes the line numbers of a unified diff's new side anew. The diff
// library counts the lines between two changes of a hunk as if they were not
// there, so that all further hunks are said to start too early.
func renumber(diff string) string {
	lines := strings.SplitAfter(diff, "\n")
	shift := 0
	for i, line := range lines {
		var from, to span
		rest, ok := strings.CutPrefix(line, "@@ -")
		old, now, found := strings.Cut(strings.TrimSuffix(rest, " @@\n"), " +")
		if !ok || !found || !from.parse(old) || !to.parse(now) {
			continue
		}
		if from.start > 0 && to.start > 0 {
			lines[i] = fmt.Sprintf("@@ -%s +%s @@\n", old, to.at(from.start+shift))
		}
		shift += to.count - from.count
	}
	return strings.Join(lines, "")
}

// span is one side of a hunk's head: a first line and how many there are.
type span struct {
	start, count int
	counted      bool // the count is written
}

func (s *span) parse(text string) bool {
	start, count, counted := strings.Cut(text, ",")
	s.count, s.counted = 1, counted
	var err error
	if s.start, err = strconv.Atoi(start); err != nil {
		return false
	}
	if counted {
		s.count, err = strconv.Atoi(count)
	}
	return err == nil
}

// at is the span with another first line.
func (s span) at(start int) string {
	if !s.counted {
		return strconv.Itoa(start)
	}
	return fmt.Sprintf("%d,%d", start, s.count)
}
