// Command checkdemo holds the result of the demo, in JSON form, to what the
// demo is there to show: a proven image of at most a fifth of the original.
//
//	checkdemo FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"schlank/optimize"
)

// What the demo must show.
const (
	maxRatio  = 0.20
	minProbes = 20
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checkdemo FILE")
		os.Exit(2)
	}
	b, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = check(b)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "checkdemo:", err)
		os.Exit(1)
	}
}

func check(b []byte) error {
	var d optimize.Document
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	if d.Schema != optimize.Schema {
		return fmt.Errorf("schema %q, want %q", d.Schema, optimize.Schema)
	}
	if d.Chosen == nil {
		return fmt.Errorf("no candidate was chosen")
	}
	for _, c := range d.Candidates {
		if c.Name == *d.Chosen {
			return checkCandidate(d, c)
		}
	}
	return fmt.Errorf("the chosen candidate %q is not in the list", *d.Chosen)
}

func checkCandidate(d optimize.Document, c optimize.CandidateDocument) error {
	if c.Verdict != optimize.Same || c.Sizes == nil {
		return fmt.Errorf("verdict %q, want %q", c.Verdict, optimize.Same)
	}
	if len(c.Probes) < minProbes {
		return fmt.Errorf("%d probes, want %d", len(c.Probes), minProbes)
	}
	for _, p := range c.Probes {
		if !p.Same {
			return fmt.Errorf("probe %q differs", p.Probe)
		}
	}
	ratio := float64(c.Sizes.Disk) / float64(d.Baseline.Disk)
	if ratio > maxRatio {
		return fmt.Errorf("%.1f %% of the original, want at most %.0f %%", ratio*100, maxRatio*100)
	}
	if len(d.Written) > 0 {
		return fmt.Errorf("a dry run wrote %s", strings.Join(d.Written, ", "))
	}
	fmt.Printf("demo: %.1f MB instead of %.1f MB (%.1f %%), verdict %s on %d probes\n",
		float64(c.Sizes.Disk)/1e6, float64(d.Baseline.Disk)/1e6, ratio*100, c.Verdict, len(c.Probes))
	return nil
}
