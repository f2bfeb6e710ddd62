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
// the ratio of the wall times; "own MB" is memory that is not mapped from files.
func printTable(w io.Writer, form string, results []result) error {
	base := results[0]
	// What others do not do either is left out for the comparison.
	for _, r := range results {
		if r.comparable {
			base = r
		}
	}
	fmt.Fprintf(w, "\nlayers as %s\n\n", form)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "program\twall s\tCPU s\tpeak MB\town MB\tours / its\ttarget\t\tit")
	for i, r := range results {
		ratio, target := float64(base.wall)/float64(r.wall), ""
		verdict := ""
		switch {
		case i == 0:
			target, verdict = "≤ 60 MB", judge(r.resident <= peakBytes)
		case i == 1:
			target, verdict = "≤ 0.3 s", judge(r.wall.Seconds() <= seenSeconds)
		case r.target > 0:
			target, verdict = fmt.Sprintf("≤ %.2f", r.target), judge(ratio <= r.target)
		}
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.0f\t%.0f\t%.2f\t%s\t%s\t%s\n",
			r.name, r.wall.Seconds(), r.cpu.Seconds(), float64(r.resident)/1e6, float64(r.own)/1e6, ratio, target, verdict, r.does)
	}
	return t.Flush()
}

func judge(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}
