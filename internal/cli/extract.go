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
	fmt.Fprintf(a.stderr, "%s: %s files, %s directories, %s links, %s\n", report.Plain(f.to),
		report.Count(done.Files), report.Count(done.Dirs), report.Count(done.Links), report.Bytes(done.Bytes))
	for _, u := range done.Skipped {
		fmt.Fprintf(a.stderr, "%s: left out: %s\n", report.Plain(u.Path), report.Plain(u.Reason))
	}
	return nil
}
