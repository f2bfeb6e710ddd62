package cli

import (
	"io"
	"os"
	"strconv"

	"schlank/engine"
	"schlank/report"
)

// style is what stdout can show.
func (a *app) style() report.Style {
	return report.NewStyle(terminal(a.stdout), os.Getenv("NO_COLOR"), columns())
}

// terminal reports whether a stream is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// columns is the width that shells export, 0 when they do not.
func columns() int {
	n, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil || n < 20 {
		return 0
	}
	return n
}

// progressFor gives each step of a longer run the same progress under its
// own title.
func (a *app) progressFor(p engine.Progress) func(string) engine.Progress {
	return func(title string) engine.Progress {
		p.Title = title
		return p
	}
}
