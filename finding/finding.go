// Package finding is the word "finding": a fact at a place of a file that a
// user should know, with what they can do about it. It imports source only.
package finding

import (
	"cmp"
	"slices"
	"strings"

	"schlank/source"
)

// Severity says how bad a finding is.
type Severity int

// The severities, from the least on. The zero value is invalid.
const (
	// Info is worth knowing; nothing needs to be done.
	Info Severity = iota + 1
	// Warning is wrong or wasteful, but the file builds.
	Warning
	// Error is what makes the build fail.
	Error
)

// String is the severity as it is printed: info, warning or error.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "info"
	}
}

// Finding is a fact at a span of a file.
type Finding struct {
	// ID names the kind of finding, like SL0004. It never changes its meaning.
	ID       string
	Severity Severity
	// Span is the exact place, in bytes of the file.
	Span source.Span
	// Message says what is the matter: no place, no ID, no full stop at the end.
	Message string
	// Hint says what to do about it, and may be empty.
	Hint string
	// Aliases are the ids that other tools give to this very finding:
	// DL3009, DS-0017, JSONArgsRecommended.
	Aliases []string
	// Cost is what it costs in the image.
	Cost Cost
	// Fixes are alternatives, the best first.
	Fixes []Fix
}

// Sort brings findings into the order in which they are shown: by place, then
// severity (worst first), ID and message, so that output is the same each time.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Span.End, b.Span.End),
			cmp.Compare(b.Severity, a.Severity),
			strings.Compare(a.ID, b.ID),
			strings.Compare(a.Message, b.Message),
		)
	})
}

// Worst is the highest severity among findings, and false when there is none.
func Worst(findings []Finding) (Severity, bool) {
	worst := Info
	for _, f := range findings {
		worst = max(worst, f.Severity)
	}
	return worst, len(findings) > 0
}
