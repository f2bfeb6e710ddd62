package cli

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/term"
	"schlank"
	"schlank/internal/tui"
	"schlank/report"
)

// checkInteractive finds mistakes in a call of the terminal explorer before an
// image is read.
func (a *app) checkInteractive(f *inspectFlags) error {
	switch {
	case f.format != "text":
		return &schlank.UsageError{Msg: fmt.Sprintf("--interactive is for a terminal, not for --format %s", f.format), Hint: "leave one of them out"}
	case f.output != "":
		return &schlank.UsageError{Msg: "--interactive is for a terminal, not for --output", Hint: "leave one of them out"}
	case f.dive || f.top != 0:
		return &schlank.UsageError{Msg: "--dive and --top are for reports, not for --interactive", Hint: "leave them out"}
	case !isTerminal(a.stdin) || !isTerminal(a.stdout):
		return &schlank.UsageError{Msg: "--interactive needs a terminal for input and output", Hint: "leave --interactive out, or write a page to click through: --format html -o FILE"}
	}
	return nil
}

// isTerminal reports whether a stream is a terminal that can move its cursor.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// explore runs the terminal explorer.
func (a *app) explore(ctx context.Context, i *schlank.Inspection, force bool) error {
	return tui.Run(ctx, tui.Options{
		Subject: i.Subject(), Style: a.style(), Input: a.stdin, Output: a.stdout,
		Extract: func(ctx context.Context, path, dir string) (string, error) {
			done, err := i.Source.Extract(ctx, []string{path}, dir, schlank.ExtractOptions{Overwrite: force})
			if err != nil {
				return "", err
			}
			said := copied(dir, done)
			if n := len(done.Skipped); n > 0 {
				said += fmt.Sprintf("; left out: %s, the first is %s: %s", report.Count(n), done.Skipped[0].Path, done.Skipped[0].Reason)
			}
			return said, nil
		},
	})
}
