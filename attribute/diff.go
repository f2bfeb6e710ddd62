package attribute

import (
	"cmp"
	"slices"
	"strings"
)

// Delta is what differs between two images. Each of its lists sums to the
// whole difference, to the byte.
type Delta struct {
	// Before and After are the images' sums.
	Before, After Sum
	// Causes are by kind, in the order of how much they changed, as all
	// lists; what did not change is left out.
	Causes []CauseChange
	// Packages are by package; the line without a name is what no package
	// claims.
	Packages []PackageChange
	// Instructions are by the text of the instruction, since lines move.
	// All layers of a base image are one FROM.
	Instructions []InstructionChange
	// Paths are the directories that explain the difference.
	Paths []PathChange
	// Story says the same in sentences, the biggest change first.
	Story []Sentence
}

// Change is an amount before and after.
type Change struct{ Before, After Sum }

// Sum is After − Before.
func (c Change) Sum() Sum { return c.After.minus(c.Before) }

func (s Sum) minus(t Sum) Sum {
	return Sum{Disk: s.Disk - t.Disk, Pull: s.Pull - t.Pull, Files: s.Files - t.Files}
}

// CauseChange is the change of one kind of cause.
type CauseChange struct {
	Kind Kind
	Change
}

// PackageChange is the change of one package.
type PackageChange struct {
	// Type and Name say which; both are "" for what no package claims.
	Type, Name string
	// From and To are its versions, several in a list with commas, "" where
	// it is not installed.
	From, To string
	Change
}

// InstructionChange is the change of what one instruction brings.
type InstructionChange struct {
	// Before and After are what it is called in the two images, "" where it
	// does not exist.
	From, To string
	Change
}

// PathChange is the change of a directory or file with all below it.
type PathChange struct {
	// Path is "" for what has no path.
	Path string
	// Rest is set when parts of the path have lines of their own, and this
	// is what remains.
	Rest bool
	Change
}

// Diff compares two images.
func Diff(a, b *Attribution) *Delta {
	d := &Delta{Before: a.Total(), After: b.Total()}
	d.Causes = causeChanges(a, b)
	d.Packages = packageChanges(a, b)
	d.Instructions = instructionChanges(a, b)
	d.Paths = pathChanges(a, b, nil)
	d.Story = story(a, b)
	return d
}

// Sum is After − Before.
func (d *Delta) Sum() Sum { return d.After.minus(d.Before) }

// tally adds up both sides by key, in the order in which keys appear.
func tally[K comparable](a, b *Attribution, key func(*Attribution, *Item) K) ([]K, map[K]*Change) {
	m := map[K]*Change{}
	var order []K
	for side, x := range []*Attribution{a, b} {
		for i := range x.Items {
			k := key(x, &x.Items[i])
			c := m[k]
			if c == nil {
				c = &Change{}
				m[k] = c
				order = append(order, k)
			}
			if side == 0 {
				c.Before.add(x.Items[i].Sum())
			} else {
				c.After.add(x.Items[i].Sum())
			}
		}
	}
	return order, m
}

// byChange orders changes, the biggest first, growth before shrinking.
func byChange(x, y Change) int {
	return cmp.Or(
		cmp.Compare(abs(y.Sum().Disk), abs(x.Sum().Disk)),
		cmp.Compare(y.Sum().Disk, x.Sum().Disk),
		cmp.Compare(abs(y.Sum().Pull), abs(x.Sum().Pull)),
		cmp.Compare(y.Sum().Pull, x.Sum().Pull),
	)
}

func abs(x int64) int64 { return max(x, -x) }

func causeChanges(a, b *Attribution) []CauseChange {
	order, m := tally(a, b, func(_ *Attribution, it *Item) Kind { return it.Kind })
	var list []CauseChange
	for _, k := range order {
		if (m[k].Sum() != Sum{}) {
			list = append(list, CauseChange{k, *m[k]})
		}
	}
	slices.SortFunc(list, func(x, y CauseChange) int {
		return cmp.Or(byChange(x.Change, y.Change), cmp.Compare(x.Kind.rank(), y.Kind.rank()))
	})
	return list
}

// pkgKey is what a package is called whatever its version.
type pkgKey struct{ typ, name string }

func (a *Attribution) pkgKey(it *Item) pkgKey {
	if p := a.Package(it); p != nil {
		return pkgKey{string(p.Type), p.Name}
	}
	return pkgKey{}
}

func packageChanges(a, b *Attribution) []PackageChange {
	order, m := tally(a, b, func(x *Attribution, it *Item) pkgKey { return x.pkgKey(it) })
	from, to := a.versions(), b.versions()
	var list []PackageChange
	for _, k := range order {
		if (m[k].Sum() != Sum{}) || from[k] != to[k] {
			list = append(list, PackageChange{k.typ, k.name, from[k], to[k], *m[k]})
		}
	}
	slices.SortFunc(list, func(x, y PackageChange) int {
		return cmp.Or(byChange(x.Change, y.Change), cmp.Compare(x.Type, y.Type), cmp.Compare(x.Name, y.Name))
	})
	return list
}

// versions are the installed versions of each package.
func (a *Attribution) versions() map[pkgKey]string {
	m := map[pkgKey]string{}
	for i := range a.Image.Packages {
		p := &a.Image.Packages[i]
		k := pkgKey{string(p.Type), p.Name}
		switch have := m[k]; {
		case have == "":
			m[k] = p.Version
		case !slices.Contains(strings.Split(have, ", "), p.Version):
			m[k] = have + ", " + p.Version
		}
	}
	return m
}

// instructionKey is what an instruction is called whatever its line.
func (a *Attribution) instructionKey(layer int32) string {
	if int(layer) < a.Base.Layers {
		return "FROM"
	}
	return a.Origins[layer].Text
}

func instructionChanges(a, b *Attribution) []InstructionChange {
	order, m := tally(a, b, func(x *Attribution, it *Item) string { return x.instructionKey(it.Layer) })
	from, to := a.instructionNames(), b.instructionNames()
	var list []InstructionChange
	for _, k := range order {
		if (m[k].Sum() != Sum{}) {
			list = append(list, InstructionChange{from[k], to[k], *m[k]})
		}
	}
	slices.SortFunc(list, func(x, y InstructionChange) int {
		return cmp.Or(byChange(x.Change, y.Change), cmp.Compare(x.To, y.To), cmp.Compare(x.From, y.From))
	})
	return list
}

// instructionNames are the names for people by key; of equal instructions
// the first one's.
func (a *Attribution) instructionNames() map[string]string {
	m := map[string]string{}
	groups := a.instructions()
	for l := range a.Origins {
		if k := a.instructionKey(int32(l)); m[k] == "" {
			m[k] = groups[l].Name
		}
	}
	return m
}
