package calls

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/rule"
)

// YarnBerry reports whether a call is one of Yarn 2 or later, going by its
// options, by what is copied in front of it and by the build context. There
// packages may be loaded from the cache at run time, and options are others.
func YarnBerry(p *rule.Pass, c Call) bool {
	if c.Manager.Name != "yarn" {
		return false
	}
	if c.VerbText == "workspaces focus" || c.Args.Has("--immutable", "--immutable-cache", "--check-cache", "--mode") {
		return true
	}
	for i := range p.Instructions() {
		if from, ok := i.Command.(*dockerfile.Copy); ok && i.Span.Start < c.In.Span.Start && slices.ContainsFunc(from.Sources, isBerry) {
			return true
		}
	}
	if p.Context == nil {
		return false
	}
	_, ok := p.Context.Stat(".yarnrc.yml")
	return ok
}

// isBerry reports whether a source of a COPY is a file that only these have.
func isBerry(source dockerfile.Value) bool {
	name := strings.TrimSuffix(strings.TrimPrefix(source.Text, "./"), "*")
	return strings.HasPrefix(name, ".yarn/") || slices.Contains([]string{".yarn", ".yarnrc.yml", ".pnp.cjs", ".pnp.*"}, name)
}
