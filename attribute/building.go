package attribute

import (
	"path"

	"schlank/inventory"
)

// buildOnly says which packages of the distribution, installed by the user's
// layers, only building needs: those that the distribution files under
// building and what only they brought. What else was asked for, and what the
// image's own programs and libraries link against, stays with all it needs.
// Programs that scripts run by name are not looked for; that takes the
// evidence of a rewrite, so a fix that rests on this is a suggestion.
func (a *Attribution) buildOnly() []bool {
	pkgs := a.Image.Packages
	g := newGraph(pkgs)
	kept := make([]bool, len(pkgs))
	var queue []int
	keep := func(i int) {
		if !kept[i] {
			kept[i] = true
			queue = append(queue, i)
		}
	}
	for i := range pkgs {
		if pkgs[i].Type.Distribution() && a.Reasons[i].Relation == Asked && !forBuilding(&pkgs[i]) && !g.developing(i) {
			keep(i)
		}
	}
	for _, i := range a.linkedPackages() {
		keep(i)
	}
	for len(queue) > 0 {
		p := &pkgs[queue[0]]
		queue = queue[1:]
		for _, names := range [][]string{p.Depends, p.Recommends} {
			for _, n := range names {
				for _, i := range g.byName[name{p.Type, n}] {
					keep(i)
				}
			}
		}
	}
	out := make([]bool, len(pkgs))
	for i := range pkgs {
		r := &a.Reasons[i]
		if kept[i] || !pkgs[i].Type.Distribution() || r.Relation == InBase {
			continue
		}
		out[i] = r.Relation != Unexplained || forBuilding(&pkgs[i])
	}
	return out
}

// developing reports a package that depends directly on headers: who needs
// those compiles.
func (g *graph) developing(i int) bool {
	p := &g.pkgs[i]
	if p.Type != inventory.Dpkg {
		return false
	}
	for _, n := range p.Depends {
		for _, d := range g.byName[name{p.Type, n}] {
			if path.Base(g.pkgs[d].Section) == "libdevel" {
				return true
			}
		}
	}
	return false
}

// linkedPackages are the packages of the distribution that files of the
// user's layers link against, as far as no package of the distribution
// claims them: applications and the compiled parts of language packages.
// Sonames are matched by name, without the search of a loader.
func (a *Attribution) linkedPackages() []int {
	provider := map[string]int{}
	needed := map[string]bool{}
	for i := range a.Image.Tree {
		f := &a.Image.Tree[i]
		if f.ELF == nil {
			continue
		}
		if f.Owner >= 0 && a.Image.Packages[f.Owner].Type.Distribution() {
			provider[path.Base(f.Path)] = f.Owner
			if f.ELF.Soname != "" {
				provider[f.ELF.Soname] = f.Owner
			}
			continue
		}
		for _, n := range f.ELF.Needed {
			needed[path.Base(n)] = true
		}
		if f.ELF.Interp != "" {
			needed[path.Base(f.ELF.Interp)] = true
		}
	}
	var list []int
	for n := range needed {
		if i, ok := provider[n]; ok {
			list = append(list, i)
		}
	}
	return list
}
