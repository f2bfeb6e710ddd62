package optimize

import (
	"fmt"

	"schlank/finding"
	"schlank/source"
)

// FindingsError says that the Dockerfile is wrong; its findings have places.
type FindingsError struct {
	File     source.File
	Findings []finding.Finding
}

func (e *FindingsError) Error() string {
	f := e.Findings[0]
	line, col := e.File.Position(f.Span.Start)
	msg := fmt.Sprintf("%s:%d:%d: %s", e.File.Name, line, col, f.Message)
	if n := len(e.Findings) - 1; n > 0 {
		msg += fmt.Sprintf(" (and %d more)", n)
	}
	return msg
}

// Details shows each finding with the text it is about and a hint.
func (e *FindingsError) Details() string {
	var out string
	for _, f := range e.Findings {
		line, col := e.File.Position(f.Span.Start)
		out += fmt.Sprintf("%s:%d:%d: %s: %s\n%s", e.File.Name, line, col, f.Severity, f.Message, e.File.Excerpt(f.Span))
		if f.Hint != "" {
			out += "  hint: " + f.Hint + "\n"
		}
	}
	return out
}
