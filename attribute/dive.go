package attribute

import (
	"cmp"
	"math"
	"path"
	"slices"

	"schlank/inventory"
)

// DiveFigures are the figures of the program dive (github.com/wagoodman/dive, as of
// 0.13), by its own definitions, beside ours:
//
// Each layer is a tree of names. Only its leaves count: files, links, empty
// directories, and deletions. Each leaf has a size in its layer: that of its
// content, and for a deletion that of the directory it removes with all in
// it, or 0 for a file it removes. By path, over all layers, a leaf has a
// cumulative size, their sum, and a least size, the smallest of them.
//
// The efficiency is the sum of all least sizes over the sum of all cumulative
// sizes. Wasted bytes are the cumulative sizes of the paths that are leaves
// in two layers or more, the copy that is seen included. Removing a directory
// wastes nothing by this rule, since its path was no leaf before.
//
// A deletion of something that no layer below has makes dive drop the rest of
// its layer and count the path with a least size of −1; so does this.
type DiveFigures struct {
	// Efficiency is 1 for an image without content.
	Efficiency float64
	// WastedBytes and SizeBytes are of all layers, UserBytes of all but the
	// lowest one, which dive takes for the base image.
	WastedBytes, SizeBytes, UserBytes int64
	// UserWastedPercent is WastedBytes / UserBytes, a ratio in spite of its
	// name; +Inf when only the lowest layer holds content, 0 when nothing
	// is wasted.
	UserWastedPercent float64
	// Inefficient are the paths that WastedBytes sums, the biggest first.
	Inefficient []DivePath
}

// DivePath is a path that is a leaf in several layers.
type DivePath struct {
	Path string
	// Count is the number of times, Bytes the cumulative size.
	Count int
	Bytes int64
}

// Dive computes dive's figures.
func Dive(img *inventory.Image) DiveFigures {
	d := &dive{root: newDiveNode(), paths: map[string]*diveData{}}
	var f DiveFigures
	for l := range img.Layers {
		f.SizeBytes += img.Layers[l].ContentBytes
		if l > 0 {
			f.UserBytes += img.Layers[l].ContentBytes
		}
		nodes := diveLayer(img.Layers[l].Entries)
		if l == 0 {
			// Its own entries are what dive looks at for deletions in the
			// lowest layer.
			d.stack(nodes)
		}
		d.visit(nodes)
		if l > 0 {
			d.stack(nodes)
		}
	}
	var least, cumulative int64
	for p, data := range d.paths {
		least += data.least
		cumulative += data.cumulative
		if data.count > 1 {
			f.WastedBytes += data.cumulative
			f.Inefficient = append(f.Inefficient, DivePath{p, data.count, data.cumulative})
		}
	}
	f.Efficiency = 1
	if cumulative > 0 {
		f.Efficiency = float64(least) / float64(cumulative)
	}
	switch {
	case f.UserBytes > 0:
		f.UserWastedPercent = float64(f.WastedBytes) / float64(f.UserBytes)
	case f.WastedBytes > 0:
		f.UserWastedPercent = math.Inf(1)
	}
	slices.SortFunc(f.Inefficient, func(x, y DivePath) int {
		return cmp.Or(cmp.Compare(y.Bytes, x.Bytes), cmp.Compare(x.Path, y.Path))
	})
	return f
}

// dive is the work in progress: the layers so far on top of each other, and
// what is known by path.
type dive struct {
	root  *diveNode
	paths map[string]*diveData
}

type diveData struct {
	count             int
	cumulative, least int64
}

// diveNode is a name of the stacked tree.
type diveNode struct {
	children map[string]*diveNode
	dir      bool
	size     int64
}

func newDiveNode() *diveNode { return &diveNode{children: map[string]*diveNode{}} }

// diveItem is a name of one layer, in the order in which dive visits them:
// children before their directory, siblings by name, where the name of a
// deletion has its prefix.
type diveItem struct {
	path           string
	dir, leaf, del bool
	size           int64
}

// diveLayer lists the names of a layer, the directories that are only implied
// among them.
func diveLayer(entries []inventory.Entry) []diveItem {
	type named struct {
		diveItem
		key string // the path as dive names it
	}
	byKey := map[string]int{"/": 0}
	list := []named{{key: "/"}}
	var ensure func(string) int
	ensure = func(key string) int {
		if i, ok := byKey[key]; ok {
			return i
		}
		ensure(path.Dir(key))
		byKey[key] = len(list)
		list = append(list, named{diveItem{path: key, leaf: true}, key})
		return len(list) - 1
	}
	for i := range entries {
		e := &entries[i]
		switch e.Kind {
		case inventory.KindOpaque:
			ensure(e.Path)
		case inventory.KindWhiteout:
			k := ensure(path.Join(path.Dir(e.Path), ".wh."+path.Base(e.Path)))
			list[k].path, list[k].del = e.Path, true
		default:
			k := ensure(e.Path)
			list[k].dir, list[k].size = e.Kind == inventory.KindDir, e.Size
		}
	}
	for i := range list {
		if list[i].key != "/" {
			list[byKey[path.Dir(list[i].key)]].leaf = false
		}
	}
	list = list[1:] // dive never visits the root
	slices.SortFunc(list, func(x, y named) int {
		switch {
		case under(x.key, y.key):
			return 1
		case under(y.key, x.key):
			return -1
		}
		return inventory.ComparePaths(x.key, y.key)
	})
	out := make([]diveItem, len(list))
	for i := range list {
		out[i] = list[i].diveItem
	}
	return out
}

// visit counts the leaves of a layer.
func (d *dive) visit(items []diveItem) {
	for _, it := range items {
		if !it.leaf {
			continue
		}
		data := d.paths[it.path]
		if data == nil {
			data = &diveData{least: -1}
			d.paths[it.path] = data
		}
		size := it.size
		if it.del {
			n := d.find(it.path)
			if n == nil {
				return
			}
			if size = 0; n.dir {
				size = n.total()
			}
		}
		data.count++
		data.cumulative += size
		if data.least < 0 || size < data.least {
			data.least = size
		}
	}
}

// stack lays a layer over those before it.
func (d *dive) stack(items []diveItem) {
	for _, it := range items {
		if it.del {
			if parent := d.find(path.Dir(it.path)); parent != nil {
				delete(parent.children, path.Base(it.path))
			}
			continue
		}
		n := d.root
		for _, name := range splitPath(it.path) {
			child := n.children[name]
			if child == nil {
				child = newDiveNode()
				n.children[name] = child
			}
			n = child
		}
		n.dir, n.size = it.dir, it.size
	}
}

func (d *dive) find(p string) *diveNode {
	n := d.root
	for _, name := range splitPath(p) {
		if n = n.children[name]; n == nil {
			return nil
		}
	}
	return n
}

func (n *diveNode) total() int64 {
	sum := n.size
	for _, c := range n.children {
		sum += c.total()
	}
	return sum
}
