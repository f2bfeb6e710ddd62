package restage

import (
	"slices"
	"sort"
	"strings"

	"schlank/inventory"
	"schlank/stack/python"
)

// pyDists are the distributions that the user's instructions installed.
type pyDists struct {
	// prefix is the directory tree they went to.
	prefix string
	// production are needed to run; development and toolchain are the
	// indexes of those that only development or installing needs.
	production             []inventory.Package
	development, toolchain map[int]bool
	// needed are the indexes of what the production requirements lead to.
	needed map[int]bool
	// sites are the site-packages directories.
	sites []string
}

// check makes sure that the planned installs give what production needs:
// that nothing of it came into the image by another way.
func (d pyDists) check(in Input, plan *pyPlan) error {
	made := instructionOf(in)
	for i, p := range in.Image.Packages {
		if p.Type != inventory.Python || d.development[i] || d.toolchain[i] || len(p.Files) == 0 {
			continue
		}
		f := in.Image.Tree.Find(p.Location)
		if f == nil || f.Layer < in.BaseLayers {
			continue
		}
		by := made[f.Layer]
		if by == nil || slices.Contains(plan.dev, by) {
			continue
		}
		switch {
		case !slices.Contains(plan.installs, by):
			return noRewrite("%s brings the package %s by other means than pip install", place(in, by), p.Name)
		case d.needed[i] && python.BuildTool(p.Name):
			return noRewrite("%s is upgraded for building and needed at run time", p.Name)
		}
	}
	return nil
}

// productionDists tells the distributions of production from those that only
// development asks for, itself or as a dependency.
func productionDists(in Input, plan *pyPlan) pyDists {
	d := pyDists{development: map[int]bool{}, toolchain: map[int]bool{}}
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
	d.needed = needed
	// Only what development asks for and production does not is left out:
	// extras and markers make the closure of production a lower bound.
	forDev := closure(in, byName, roots(in, plan.devManifests, plan.devNames))
	for name, i := range byName {
		switch {
		case fromBase[name]:
		case python.BuildTool(name) && !needed[i]:
			d.toolchain[i] = true
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
