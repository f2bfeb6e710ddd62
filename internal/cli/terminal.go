package cli

import (
	"io"
	"os"

	"golang.org/x/term"
	"schlank/engine"
	"schlank/report"
)

// style is what stdout can show.
func (a *app) style() report.Style { return styleFor(a.stdout) }

// styleFor is what an output can show.
func styleFor(w io.Writer) report.Style {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return report.NewStyle(false, os.Getenv("NO_COLOR"), 0)
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < minColumns {
		width = 0
	}
	return report.NewStyle(true, os.Getenv("NO_COLOR"), width)
}

// minColumns is the width below which tables are not squeezed any further.
const minColumns = 40

// progressFor gives each step of a longer run the same progress under its
// own title.
func (a *app) progressFor(p engine.Progress) func(string) engine.Progress {
	return func(title string) engine.Progress {
		p.Title = title
		return p
	}
}
