package optimize

import (
	"fmt"
	"sort"

	"schlank/inventory"
)

// linkCheck asks of every program and library that the candidate adds to its
// base whether the loader would find all it needs. What the baseline lacks
// too does not count: optional plug-ins are often incomplete. Nor does what
// the slim base itself lacks, say the toolkit of Python's tkinter: whoever
// made that base decided so, and the other probes show if it is missed.
func linkCheck(base, cand *Built) ProbeResult {
	before := unresolved(base.Image, 0)
	now := unresolved(cand.Image, cand.BaseLayers)
	res := ProbeResult{Probe: "shared libraries", Baseline: "all found", Candidate: "all found", Same: true}
	if len(before) > 0 {
		res.Baseline = fmt.Sprintf("all found but %d", len(before))
	}
	var lost []inventory.MissingLibrary
	for m := range now {
		if !before[m] {
			lost = append(lost, m)
		}
	}
	if len(now) > 0 {
		res.Candidate = fmt.Sprintf("all found but %d", len(now))
	}
	if len(lost) > 0 {
		sort.Slice(lost, func(i, j int) bool {
			if lost[i].By != lost[j].By {
				return lost[i].By < lost[j].By
			}
			return lost[i].Soname < lost[j].Soname
		})
		res.Same = false
		res.Candidate = fmt.Sprintf("%s is missing for %s", lost[0].Soname, lost[0].By)
		res.Difference = res.Candidate
		if len(lost) > 1 {
			res.Difference += fmt.Sprintf(" (and %d more)", len(lost)-1)
		}
	}
	return res
}

// unresolved lists the libraries that files of an image need and the loader
// would not find; files of the lowest layers are not asked.
func unresolved(img *inventory.Image, lowest int) map[inventory.MissingLibrary]bool {
	var paths []string
	for i := range img.Tree {
		if img.Tree[i].ELF != nil && img.Tree[i].Layer >= lowest {
			paths = append(paths, img.Tree[i].Path)
		}
	}
	_, missing := img.Loader().Closure(paths)
	set := map[inventory.MissingLibrary]bool{}
	for _, m := range missing {
		set[m] = true
	}
	return set
}
