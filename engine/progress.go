package engine

import (
	"fmt"
	"io"
	"strings"
)

// ProgressMode is how a build reports what it is doing, in BuildKit's terms.
type ProgressMode string

// The progress modes. The zero value is ProgressNone.
const (
	ProgressNone    ProgressMode = "none"
	ProgressAuto    ProgressMode = "auto" // tty on a terminal, else plain
	ProgressTTY     ProgressMode = "tty"
	ProgressPlain   ProgressMode = "plain"
	ProgressRawJSON ProgressMode = "rawjson"
)

// ParseProgressMode checks a user's word for a mode.
func ParseProgressMode(s string) (ProgressMode, error) {
	switch m := ProgressMode(s); m {
	case ProgressNone, ProgressAuto, ProgressTTY, ProgressPlain, ProgressRawJSON:
		return m, nil
	}
	return "", fmt.Errorf("unknown progress mode %q: use auto, tty, plain, rawjson or none", s)
}

// Progress says how and where a build shows its progress.
type Progress struct {
	Mode ProgressMode
	// Out is where it is shown; the tty mode needs an *os.File that is a
	// terminal and falls back to plain without one.
	Out io.Writer
	// Title stands over the tty display: "baseline", "candidate slim".
	Title string
}

// BuildError is a build that failed at a step of the user's Dockerfile.
type BuildError struct {
	// File is the name of the Dockerfile, FirstLine and LastLine the
	// one-based lines of the instruction; 0 if they are not known.
	File                string
	FirstLine, LastLine int
	// Step is BuildKit's name of the step: "[2/5] RUN make".
	Step string
	// Excerpt is the piece of the Dockerfile around the failing lines.
	Excerpt string
	// LogTail holds the last lines the step printed.
	LogTail []string
	// ExitCode is the exit code of a failed RUN, -1 for other failures.
	ExitCode int
	// Hint says what the user can do, "" if nothing better than the
	// message is known.
	Hint string
	Err  error
}

// Error gives the place and the cause in one line; Details has the rest.
func (e *BuildError) Error() string {
	if e.FirstLine > 0 {
		return fmt.Sprintf("%s:%d: %v", e.File, e.FirstLine, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.File, e.Err)
}

func (e *BuildError) Unwrap() error { return e.Err }

// Details is the excerpt, the end of the step's log and the hint, for people.
func (e *BuildError) Details() string {
	var b strings.Builder
	b.WriteString(e.Excerpt)
	if len(e.LogTail) > 0 {
		fmt.Fprintf(&b, "last lines of %s:\n", e.Step)
		for _, l := range e.LogTail {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", e.Hint)
	}
	return b.String()
}
