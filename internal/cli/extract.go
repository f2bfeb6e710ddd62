package cli

import (
	"context"
	"fmt"

	"schlank"
	"schlank/report"
)

// extract copies paths out of an image.
func (a *app) extract(ctx context.Context, i *schlank.Inspection, f *inspectFlags) error {
	if f.to == "-" {
		if len(f.extract) != 1 {
			return &schlank.UsageError{Msg: "--to - takes one file", Hint: "give a directory for several"}
		}
		return i.Source.WriteFile(ctx, f.extract[0], a.stdout)
	}
	done, err := i.Source.Extract(ctx, f.extract, f.to, schlank.ExtractOptions{Overwrite: f.force})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stderr, report.Plain(copied(f.to, done)))
	for _, u := range done.Skipped {
		fmt.Fprintf(a.stderr, "%s: left out: %s\n", report.Plain(u.Path), report.Plain(u.Reason))
	}
	return nil
}

// copied says what was copied to a directory.
func copied(dir string, done *schlank.Extracted) string {
	return fmt.Sprintf("%s: %s, %s, %s, %s", dir, counted(done.Files, "file", "files"),
		counted(done.Dirs, "directory", "directories"), counted(done.Links, "link", "links"), report.Bytes(done.Bytes))
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return report.Count(n) + " " + more
}
