package attribute

import (
	"cmp"
	"fmt"
	"slices"
)

// Sentence is a part of a difference in words: "`COPY . .` (line 14) now
// brings /app/.venv".
type Sentence struct {
	Text string
	Sum
}

// minStory is the part of the whole change, in percent, that gets a sentence
// of its own.
const minStory = 1

// story tells a difference. It takes it apart into what the base images,
// packages and other files make of it; the sentences sum to the whole.
func story(a, b *Attribution) []Sentence {
	list := baseStory(a, b)
	list = append(list, packageStory(a, b)...)
	list = append(list, pathStory(a, b)...)
	var gross int64
	for _, s := range list {
		gross += abs(s.Disk)
	}
	var rest Sum
	list = slices.DeleteFunc(list, func(s Sentence) bool {
		small := abs(s.Disk)*100 < gross*minStory || s.Disk == 0
		if small {
			rest.add(s.Sum)
		}
		return small
	})
	slices.SortFunc(list, func(x, y Sentence) int {
		return cmp.Or(byChange(Change{After: x.Sum}, Change{After: y.Sum}), cmp.Compare(x.Text, y.Text))
	})
	if (rest != Sum{}) {
		list = append(list, Sentence{"everything else", rest})
	}
	return list
}

// The three parts of a story.
const (
	ofBase = iota
	ofPackages
	ofPaths
)

func chapter(x *Attribution, it *Item) int {
	switch {
	case int(it.Layer) < x.Base.Layers:
		return ofBase
	case it.Package >= 0:
		return ofPackages
	}
	return ofPaths
}

func baseStory(a, b *Attribution) []Sentence {
	var c Change
	for side, x := range []*Attribution{a, b} {
		for i := range x.Items {
			if it := &x.Items[i]; chapter(x, it) == ofBase {
				if side == 0 {
					c.Before.add(it.Sum())
				} else {
					c.After.add(it.Sum())
				}
			}
		}
	}
	if (c.Sum() == Sum{}) {
		return nil
	}
	text := "the base image changed"
	if from, to := a.baseName(), b.baseName(); from != to && from != "" && to != "" {
		text = fmt.Sprintf("the base image is %s instead of %s", to, from)
	}
	return []Sentence{{text, c.Sum()}}
}

// packageStory tells of packages that came, went or changed, together for
// each instruction.
func packageStory(a, b *Attribution) []Sentence {
	type event struct {
		what        string
		instruction string
	}
	type member struct {
		name string
		sum  Sum
	}
	key := func(x *Attribution, it *Item) pkgKey {
		if chapter(x, it) != ofPackages {
			return pkgKey{}
		}
		return x.pkgKey(it)
	}
	order, m := tally(a, b, key)
	from, to := a.versions(), b.versions()
	inA, inB := a.packageLayers(), b.packageLayers()
	groups := map[event][]member{}
	for _, k := range order {
		if k == (pkgKey{}) || m[k].Sum() == (Sum{}) {
			continue
		}
		e, name := event{"", ""}, k.name
		switch {
		case m[k].Before.Files == 0:
			e = event{"now brings", inB[k]}
			name += " " + to[k]
		case m[k].After.Files == 0:
			e = event{"no longer brings", inA[k]}
			name += " " + from[k]
		case from[k] != to[k]:
			e = event{"brings other versions of", inB[k]}
			name += " " + from[k] + " → " + to[k]
		default:
			e = event{"stores another amount of", inB[k]}
		}
		groups[e] = append(groups[e], member{name, m[k].Sum()})
	}
	var list []Sentence
	for e, members := range groups {
		slices.SortFunc(members, func(x, y member) int {
			return cmp.Or(byChange(Change{After: x.sum}, Change{After: y.sum}), cmp.Compare(x.name, y.name))
		})
		s := Sentence{}
		var names []string
		for _, x := range members {
			s.add(x.sum)
			names = append(names, x.name)
		}
		s.Text = fmt.Sprintf("%s %s %s", e.instruction, e.what, few(names))
		list = append(list, s)
	}
	return list
}

// maxNames is the number of names a sentence lists.
const maxNames = 3

// few lists some names and counts the others.
func few(names []string) string {
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n <= maxNames:
		return listing(names)
	default:
		return fmt.Sprintf("%d packages: %s, …", n, joinComma(names[:maxNames]))
	}
}

func joinComma(names []string) string {
	s := names[0]
	for _, n := range names[1:] {
		s += ", " + n
	}
	return s
}

// packageLayers names, for each package, the instruction that stores most of
// it.
func (a *Attribution) packageLayers() map[pkgKey]string {
	type at struct {
		key   pkgKey
		layer int32
	}
	sums := map[at]int64{}
	for i := range a.Items {
		if it := &a.Items[i]; chapter(a, it) == ofPackages {
			sums[at{a.pkgKey(it), it.Layer}] += it.Disk
		}
	}
	best := map[pkgKey]at{}
	for k, n := range sums {
		if b, ok := best[k.key]; !ok || n > sums[b] || n == sums[b] && k.layer < b.layer {
			best[k.key] = k
		}
	}
	out := make(map[pkgKey]string, len(best))
	for k, b := range best {
		out[k] = a.Origins[b.layer].String()
	}
	return out
}

// pathStory tells of what no package claims, by directory.
func pathStory(a, b *Attribution) []Sentence {
	var list []Sentence
	for _, c := range pathChanges(a, b, func(x *Attribution, it *Item) bool { return chapter(x, it) == ofPaths }) {
		d := c.Sum()
		x, verb := b, "now brings"
		switch {
		case c.Before.Files == 0:
		case c.After.Files == 0:
			x, verb = a, "no longer brings"
		case d.Disk >= 0:
			verb = "brings more in"
		default:
			x, verb = a, "brought more in"
		}
		if c.Path == "" {
			list = append(list, Sentence{Overhead.Title() + " take another amount", d})
			continue
		}
		where := c.Path
		if c.Rest {
			where = "the rest of " + where
		}
		instruction, kind := x.mostAt(c.Path)
		text := fmt.Sprintf("%s %s %s", instruction, verb, where)
		if kind != Application {
			text += " (" + kind.Title() + ")"
		}
		list = append(list, Sentence{text, d})
	}
	return list
}

// mostAt names the instruction and the kind that most bytes at a path and
// below it are of, among those that are no package's and not the base's.
func (a *Attribution) mostAt(p string) (string, Kind) {
	layers, kinds := map[int32]int64{}, map[Kind]int64{}
	from, to := a.itemsAt(p)
	for i := from; i < to; i++ {
		if it := &a.Items[i]; chapter(a, it) == ofPaths {
			layers[it.Layer] += it.Disk
			kinds[it.Kind] += it.Disk
		}
	}
	layer, kind := int32(-1), Application
	for l, n := range layers {
		if layer < 0 || n > layers[layer] || n == layers[layer] && l < layer {
			layer = l
		}
	}
	for k, n := range kinds {
		if n > kinds[kind] || n == kinds[kind] && k.rank() < kind.rank() {
			kind = k
		}
	}
	if layer < 0 {
		return "unknown instruction", kind
	}
	return a.Origins[layer].String(), kind
}
