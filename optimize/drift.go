package optimize

import (
	"fmt"
	"slices"

	"schlank/inventory"
)

// drift lists the Python distributions that both images have in different
// versions, sorted: what is not pinned may be resolved anew when the
// candidate is built.
func drift(base, cand *inventory.Image) []string {
	versions := map[string][]string{}
	for _, p := range base.Packages {
		if p.Type == inventory.Python {
			versions[p.Name] = append(versions[p.Name], p.Version)
		}
	}
	var list []string
	for _, p := range cand.Packages {
		have := versions[p.Name]
		if p.Type == inventory.Python && len(have) > 0 && !slices.Contains(have, p.Version) {
			list = append(list, fmt.Sprintf("%s is %s instead of %s", p.Name, p.Version, have[0]))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
