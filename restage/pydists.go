package restage

import (
	"sort"
	"strings"

	"schlank/inventory"
	"schlank/stack/python"
)

// pyDists are the distributions that the user's instructions installed.
type pyDists struct {
	// prefix is the directory tree they went to.
	prefix string
	// production are needed to run, development maps the indexes of the
	// others.
	production  []inventory.Package
	development map[int]bool
	// sites are the site-packages directories.
	sites []string
}

// productionDists tells the distributions of production from those that only
// development asks for, itself or as a dependency.
func productionDists(in Input, plan *pyPlan) pyDists {
	d := pyDists{development: map[int]bool{}}
	byName := map[string]int{}
	fromBase := map[string]bool{}
	for i, p := range in.Image.Packages {
		if p.Type != inventory.Python {
			continue
		}
		byName[python.Normalize(p.Name)] = i
		if f := in.Slim.Tree.Locate(p.Location); f != nil {
			fromBase[python.Normalize(p.Name)] = true
			continue
		}
		if site, _, ok := strings.Cut(p.Location, "/lib/python"); ok && d.prefix == "" {
			d.prefix = site
			d.sites = append(d.sites, p.Location[:strings.LastIndexByte(p.Location, '/')])
		}
	}
	needed := closure(in, byName, roots(in, plan.manifests, plan.names))
	// Only what development asks for and production does not is left out:
	// extras and markers make the closure of production a lower bound.
	forDev := closure(in, byName, roots(in, plan.devManifests, plan.devNames))
	for name, i := range byName {
		switch {
		case fromBase[name]:
		case forDev[i] && !needed[i]:
			d.development[i] = true
		default:
			d.production = append(d.production, in.Image.Packages[i])
		}
	}
	sort.Slice(d.production, func(i, j int) bool { return d.production[i].Name < d.production[j].Name })
	return d
}

// roots are the names that manifests and commands list.
func roots(in Input, manifests, given []string) []string {
	var names []string
	for _, f := range manifests {
		if b, ok := in.Project.Read(f); ok {
			names = append(names, python.Requirements(b)...)
		}
	}
	for _, n := range given {
		names = append(names, python.Requirements([]byte(n))...)
	}
	return names
}

func closure(in Input, byName map[string]int, roots []string) map[int]bool {
	needed := map[int]bool{}
	for todo := roots; len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		i, ok := byName[python.Normalize(name)]
		if !ok || needed[i] {
			continue
		}
		needed[i] = true
		todo = append(todo, in.Image.Packages[i].Depends...)
	}
	return needed
}

// owns reports whether a file comes with the install directory: it belongs
// to a distribution, or lies beside them.
func (d pyDists) owns(img *inventory.Image, f *inventory.File) bool {
	if f.Owner >= 0 && img.Packages[f.Owner].Type == inventory.Python {
		return true
	}
	for _, s := range d.sites {
		if under(f.Path, s) {
			return true
		}
	}
	return false
}

func (d pyDists) developmentNames(img *inventory.Image) []string {
	var names []string
	for i := range d.development {
		names = append(names, img.Packages[i].Name+" "+img.Packages[i].Version)
	}
	sort.Strings(names)
	return names
}
