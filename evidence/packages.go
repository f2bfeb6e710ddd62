package evidence

import (
	"slices"
	"sort"

	"schlank/inventory"
)

// packages are the needed packages with what they bring along.
func (c *collector) packages() []Need {
	index := make([]int, 0, len(c.needs))
	for i := range c.needs {
		if !slices.Contains(c.in.Withhold, c.in.Image.Packages[i].Name) {
			index = append(index, i)
		}
	}
	sort.Slice(index, func(a, b int) bool { return c.in.Image.Packages[index[a]].Name < c.in.Image.Packages[index[b]].Name })
	brought := map[int]bool{}
	var list []Need
	for _, i := range index {
		n := Need{Name: c.in.Image.Packages[i].Name, Reasons: c.needs[i], Doubt: c.doubt[i] && len(c.needs[i]) == 1}
		for _, d := range c.closure(i, brought) {
			n.Closure = append(n.Closure, c.in.Image.Packages[d].Name)
			n.Bytes += c.in.Image.Packages[d].Bytes
		}
		list = append(list, n)
	}
	for k, i := range index {
		for _, name := range c.in.Image.Packages[i].Recommends {
			if d, ok := c.byName[name]; ok && !brought[d] && !c.slim[name] && !slices.Contains(list[k].Recommended, name) {
				list[k].Recommended = append(list[k].Recommended, name)
			}
		}
		sort.Strings(list[k].Recommended)
	}
	return list
}

// closure is a package and what it depends on, as far as the slim base lacks
// it and it is not brought yet; it notes what it brings.
func (c *collector) closure(i int, brought map[int]bool) []int {
	var list []int
	for todo := []int{i}; len(todo) > 0; {
		d := todo[0]
		todo = todo[1:]
		p := &c.in.Image.Packages[d]
		if brought[d] || c.slim[p.Name] {
			continue
		}
		brought[d] = true
		list = append(list, d)
		for _, name := range p.Depends {
			if next, ok := c.byName[name]; ok {
				todo = append(todo, next)
			}
		}
	}
	return list
}

// overrides keeps files that the instructions put in the place of a
// package's own: a configuration file, a web server's first page. They count
// where the package is there at run time.
func (c *collector) overrides() {
	first := map[int]int{} // package → lowest layer with a file of it
	for i := range c.in.Image.Tree {
		f := &c.in.Image.Tree[i]
		if o := c.dpkgOwner(f); o >= 0 && f.Kind != inventory.KindDir {
			if l, ok := first[o]; !ok || f.Layer < l {
				first[o] = f.Layer
			}
		}
	}
	for i := range c.in.Image.Tree {
		f := &c.in.Image.Tree[i]
		o := c.dpkgOwner(f)
		if o < 0 || f.Kind == inventory.KindDir || f.Layer < c.in.BaseLayers || c.in.PackageLayers[f.Layer] || ByProduct(f.Path) || c.kept[f.Path] != nil || c.inSlim(f) {
			continue
		}
		p := &c.in.Image.Packages[o]
		_, needed := c.needs[o]
		if (needed || c.slim[p.Name]) && (f.Layer > first[o] || slices.Contains(c.in.Written, f.Path)) {
			c.kept[f.Path] = f
		}
	}
}
