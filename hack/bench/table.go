package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// The targets of what is compared with no other tool.
const (
	seenSeconds = 0.3
	peakBytes   = 60_000_000
)

// printTable prints the results for one form of the image. "ours / its" is
// the ratio of the wall times.
func printTable(w io.Writer, form string, results []result) error {
	base := results[0]
	fmt.Fprintf(w, "\nlayers as %s\n\n", form)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "program\twall s\tCPU s\tpeak MB\tours / its\ttarget\t\tit")
	for i, r := range results {
		ratio, target := float64(base.wall)/float64(r.wall), ""
		verdict := ""
		switch {
		case i == 0:
			target, verdict = "≤ 60 MB", judge(r.rss <= peakBytes)
		case i == 1:
			target, verdict = "≤ 0.3 s", judge(r.wall.Seconds() <= seenSeconds)
		case r.target > 0:
			target, verdict = fmt.Sprintf("≤ %.2f", r.target), judge(ratio <= r.target)
		}
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.0f\t%.2f\t%s\t%s\t%s\n",
			r.name, r.wall.Seconds(), r.cpu.Seconds(), float64(r.rss)/1e6, ratio, target, verdict, r.does)
	}
	return t.Flush()
}

func judge(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}
