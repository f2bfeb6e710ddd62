package attribute

import (
	"cmp"
	"slices"
)

// Cause sums the items of one kind up.
type Cause struct {
	Kind Kind
	Sum
	// Parts break it down by subject: packages, tools; the biggest first.
	Parts []Part
	// Layers break it down by the layers that hold it, the biggest first.
	// Attribution.Origins has their instructions.
	Layers []LayerSum
	// Hiders break waste down by the layers that hid it; they sum to less
	// than the cause where bytes are unreachable.
	Hiders []LayerSum
}

// Part is what one subject accounts for; its name is "" for what has none.
type Part struct {
	Subject string
	// Package is the index in Image.Packages, −1 when the subject is none.
	Package int
	Sum
}

// LayerSum is what one layer accounts for.
type LayerSum struct {
	Layer int
	Sum
}

// Cause is the cause of one kind; its sum is 0 when there is none.
func (a *Attribution) Cause(k Kind) Cause {
	for _, c := range a.Causes {
		if c.Kind == k {
			return c
		}
	}
	return Cause{Kind: k}
}

// sumCauses adds the items up.
func (a *Attribution) sumCauses() []Cause {
	type tally struct {
		sum            Sum
		parts          map[Part]*Sum
		layers, hiders map[int]*Sum
	}
	byKind := map[Kind]*tally{}
	for i := range a.Items {
		it := &a.Items[i]
		t := byKind[it.Kind]
		if t == nil {
			t = &tally{parts: map[Part]*Sum{}, layers: map[int]*Sum{}, hiders: map[int]*Sum{}}
			byKind[it.Kind] = t
		}
		s := it.Sum()
		t.sum.add(s)
		part := Part{Subject: it.Subject, Package: -1}
		switch it.Kind {
		case SystemPackage, LanguagePackage, BuildTool:
			part.Package = int(it.Package)
		}
		addTo(t.parts, part, s)
		addTo(t.layers, int(it.Layer), s)
		if it.HiddenBy >= 0 {
			addTo(t.hiders, int(it.HiddenBy), s)
		}
	}
	var list []Cause
	for _, k := range Kinds() {
		t := byKind[k]
		if t == nil {
			continue
		}
		c := Cause{Kind: k, Sum: t.sum, Layers: layerSums(t.layers), Hiders: layerSums(t.hiders)}
		for p, s := range t.parts {
			p.Sum = *s
			c.Parts = append(c.Parts, p)
		}
		slices.SortFunc(c.Parts, func(x, y Part) int {
			return cmp.Or(bySize(x.Sum, y.Sum), cmp.Compare(x.Subject, y.Subject), cmp.Compare(x.Package, y.Package))
		})
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(x, y Cause) int { return bySize(x.Sum, y.Sum) })
	return list
}

func addTo[K comparable](m map[K]*Sum, k K, s Sum) {
	t := m[k]
	if t == nil {
		t = &Sum{}
		m[k] = t
	}
	t.add(s)
}

func layerSums(m map[int]*Sum) []LayerSum {
	list := make([]LayerSum, 0, len(m))
	for l, s := range m {
		list = append(list, LayerSum{l, *s})
	}
	slices.SortFunc(list, func(x, y LayerSum) int {
		return cmp.Or(bySize(x.Sum, y.Sum), cmp.Compare(x.Layer, y.Layer))
	})
	return list
}

// bySize orders sums, the biggest first.
func bySize(x, y Sum) int {
	return cmp.Or(cmp.Compare(y.Disk, x.Disk), cmp.Compare(y.Pull, x.Pull))
}
