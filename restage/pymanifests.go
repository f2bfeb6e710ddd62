package restage

import (
	"slices"

	"schlank/dockerfile"
)

// copiesManifests reports a COPY of nothing but manifests. It is written anew
// before the installs, so it need not be repeated.
func (p *pyPlan) copiesManifests(in Input, i *dockerfile.Instruction) bool {
	c, ok := i.Command.(*dockerfile.Copy)
	if !ok || c.Add || c.From.Raw != "" || len(c.Sources) == 0 || len(c.Inline) > 0 || broad(in, c) {
		return false
	}
	copied := false
	for _, f := range in.Project.Files {
		if len(copiedBy(i, c, f)) == 0 {
			continue
		}
		copied = true
		again := slices.ContainsFunc(fromContext(in), func(o *dockerfile.Instruction) bool {
			return o != i && slices.ContainsFunc(copiedBy(i, c, f), func(at string) bool {
				return slices.Contains(copiedBy(o, o.Command.(*dockerfile.Copy), f), at)
			})
		})
		if !slices.Contains(p.manifests, f) && !again {
			return false
		}
	}
	return copied
}
