package attribute

import (
	"slices"

	"schlank/inventory"
)

// Relation says how a package came to be installed.
type Relation string

// The relations.
const (
	// Unexplained: nothing in the image shows why.
	Unexplained Relation = "unexplained"
	// InBase: the base image brought it.
	InBase Relation = "base"
	// Asked: an instruction or, where no instruction is known, the package
	// manager's own notes name it.
	Asked Relation = "asked"
	// Dependency: a package that was asked for depends on it, directly or
	// through others.
	Dependency Relation = "dependency"
	// Recommended: it came because a package recommends it, or as a
	// dependency of one that did.
	Recommended Relation = "recommended"
)

// Reason says why a package is installed.
type Reason struct {
	Relation Relation
	// By is the index in Image.Packages of the package that depends on it or
	// recommends it, on a shortest way from one that was asked for; −1 when
	// it was asked for itself or nothing is known.
	By int
	// Weak says that By recommends it, and does not depend on it.
	Weak bool
	// Request is the index in Attribution.Requests of the request at the
	// start of the way, −1 if none is known.
	Request int
	// Layer is the layer that brought the package: the lowest in which a
	// file of it lies; −1 if none does.
	Layer int
}

// reasons finds the reason of each package: the shortest way by dependencies
// from what was asked for, and by recommendations where there is no such way.
func reasons(a *Attribution, stored []place) []Reason {
	pkgs := a.Image.Packages
	list := make([]Reason, len(pkgs))
	for i := range list {
		list[i] = Reason{Relation: Unexplained, By: -1, Request: -1, Layer: -1}
	}
	firstLayers(a, stored, list)
	g := newGraph(pkgs)
	g.named(a, list)
	g.spread(a, list)
	g.noted(a, list)
	g.spread(a, list)
	for i := range list {
		if l := list[i].Layer; l >= 0 && l < a.Base.Layers {
			list[i].Relation = InBase
			if list[i].Request < 0 {
				list[i].By, list[i].Weak = -1, false
			}
		}
	}
	return list
}

// firstLayers notes the lowest layer with a file of each package. What is
// hidden counts too: an upgrade does not make a package new.
func firstLayers(a *Attribution, stored []place, list []Reason) {
	note := func(at int32, layer int) {
		if at < 0 {
			return
		}
		if o := a.Image.Tree[at].Owner; o >= 0 && (list[o].Layer < 0 || layer < list[o].Layer) {
			list[o].Layer = layer
		}
	}
	for i := range stored {
		note(stored[i].at, int(stored[i].layer))
	}
	for i := range a.Image.Tree {
		note(int32(i), a.Image.Tree[i].Layer)
	}
}

// graph holds the relations between installed packages.
type graph struct {
	pkgs []inventory.Package
	// byName has the packages that go by a name, virtual ones included.
	byName map[name][]int
	queue  []int
}

type name struct {
	typ  inventory.PackageType
	name string
}

func newGraph(pkgs []inventory.Package) *graph {
	g := &graph{pkgs: pkgs, byName: make(map[name][]int, len(pkgs))}
	for i := range pkgs {
		p := &pkgs[i]
		g.byName[name{p.Type, p.Name}] = append(g.byName[name{p.Type, p.Name}], i)
	}
	for i := range pkgs {
		p := &pkgs[i]
		for _, v := range p.Provides {
			key := name{p.Type, v}
			if !slices.Contains(g.byName[key], i) {
				g.byName[key] = append(g.byName[key], i)
			}
		}
	}
	return g
}

// named starts from the packages that instructions name.
func (g *graph) named(a *Attribution, list []Reason) {
	for r, req := range a.Requests {
		for _, i := range g.byName[name{req.Type, req.Name}] {
			if list[i].Request < 0 {
				list[i].Relation, list[i].Request = Asked, r
				g.queue = append(g.queue, i)
			}
		}
	}
}

// noted starts from what the package managers' own notes call asked for, as
// far as nothing explains it yet: the notes of dpkg count everything as asked
// for that apt did not mark.
func (g *graph) noted(a *Attribution, list []Reason) {
	for i := range g.pkgs {
		if g.pkgs[i].Requested && list[i].Relation == Unexplained && list[i].Layer >= a.Base.Layers {
			list[i].Relation = Asked
			g.queue = append(g.queue, i)
		}
	}
}

// spread walks the dependencies in breadth, then the recommendations of what
// it reached with their dependencies, until nothing is new.
func (g *graph) spread(a *Attribution, list []Reason) {
	reached := slices.Clone(g.queue)
	reached = append(reached, g.follow(list, false)...)
	for len(reached) > 0 {
		next := reached
		reached = nil
		for _, i := range next {
			if r := list[i].Request; r >= 0 && a.Requests[r].Lean {
				continue
			}
			for _, n := range g.pkgs[i].Recommends {
				reached = append(reached, g.reach(list, i, n, true)...)
			}
		}
		g.queue = append(g.queue, reached...)
		reached = append(reached, g.follow(list, true)...)
	}
}

// follow empties the queue; recommended says that all in it is there by a
// recommendation.
func (g *graph) follow(list []Reason, recommended bool) []int {
	var reached []int
	for len(g.queue) > 0 {
		i := g.queue[0]
		g.queue = g.queue[1:]
		for _, n := range g.pkgs[i].Depends {
			found := g.reach(list, i, n, false)
			for _, f := range found {
				if recommended {
					list[f].Relation = Recommended
				}
			}
			reached = append(reached, found...)
			g.queue = append(g.queue, found...)
		}
	}
	return reached
}

// reach notes that the packages of a name are there because of package by,
// and returns those that had no reason yet.
func (g *graph) reach(list []Reason, by int, n string, weak bool) []int {
	var found []int
	for _, i := range g.byName[name{g.pkgs[by].Type, n}] {
		if list[i].Relation != Unexplained || i == by {
			continue
		}
		list[i].Relation, list[i].By, list[i].Weak, list[i].Request = Dependency, by, weak, list[by].Request
		if weak {
			list[i].Relation = Recommended
		}
		found = append(found, i)
	}
	return found
}

// Chain is the way from a package to the one that was asked for, both
// included: libicu72, libxml2, postgresql-client.
func (a *Attribution) Chain(pkg int) []int {
	var list []int
	for pkg >= 0 && pkg < len(a.Reasons) && len(list) < len(a.Reasons) {
		list = append(list, pkg)
		pkg = a.Reasons[pkg].By
	}
	return list
}
