package attribute

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schlank/finding"
)

// Fix is a change that gives bytes back.
type Fix struct {
	// ID names the sort of fix and never changes its meaning.
	ID FixID
	// Title is a verb phrase, How what to write, "" where the title says it.
	Title, How string
	// Layers are those whose instructions have to change, sorted; empty for
	// a change of the base image.
	Layers []int
	// Safety says how sure it is that nothing breaks.
	Safety finding.Safety
	// Basis says how the bytes are known: measured in this image, or
	// estimated.
	Basis finding.Basis
	// Sum is what the fix gives back by itself, at most.
	Sum
	// Adds is what it gives back besides the fixes before it in the list.
	// The Adds of all fixes sum to what they give back together: nothing is
	// counted twice.
	Adds Sum

	items []int32
}

// FixID is a sort of fix.
type FixID string

// The sorts of fixes.
const (
	CleanLists       FixID = "clean-package-lists"
	CacheMount       FixID = "cache-mount"
	CopyOnce         FixID = "copy-with-owner-and-mode"
	StoreOnce        FixID = "store-once"
	OneInstall       FixID = "one-install"
	RemoveWhereMade  FixID = "remove-where-made"
	NotCopied        FixID = "do-not-copy"
	NoRecommends     FixID = "no-recommends"
	MultiStage       FixID = "multi-stage"
	ExcludeDocs      FixID = "exclude-docs"
	RemoveTests      FixID = "remove-tests"
	Strip            FixID = "remove-debug-symbols"
	NoByteCode       FixID = "no-byte-code"
	RemoveTemporary  FixID = "remove-temporary"
	LinkDuplicates   FixID = "link-duplicates"
	SlimBase         FixID = "slim-base"
	RemoveRepository FixID = "remove-repository"
)

// Fixes lists what would make the image smaller, in the order of what each
// gives back beyond those before it.
func (a *Attribution) Fixes() []Fix {
	f := &fixer{a: a, places: newPlaces(), fixes: map[fixKey]*Fix{}, building: a.buildOnly(), brought: a.brought()}
	for i := range a.Items {
		if it := &a.Items[i]; it.Entry >= 0 && int(it.Layer) >= a.Base.Layers {
			f.item(int32(i), it)
		}
	}
	list := make([]*Fix, 0, len(f.fixes)+1)
	for _, x := range f.fixes {
		list = append(list, x)
	}
	if b := a.slimBase(); b != nil {
		list = append(list, b)
	}
	return a.rank(list)
}

// fixKey tells apart the fixes of one image: one for each sort, layer and
// subject.
type fixKey struct {
	id      FixID
	layer   int
	subject string
}

type fixer struct {
	a      *Attribution
	places *places
	fixes  map[fixKey]*Fix
	// building says which packages are there for building only.
	building []bool
	// brought is the layer that brought the content of each item.
	brought []int32
}

// brought is the layer that first stored the content of each item at its path.
// What a later chown or chmod stored again is not theirs: leaving it out is up
// to the instruction that brought it.
func (a *Attribution) brought() []int32 {
	layers := make([]int32, len(a.Items))
	for i := range a.Items {
		layers[i] = a.Items[i].Layer
	}
	for i := range a.Items {
		it := &a.Items[i]
		if it.Kind == MetadataCopy && it.Same >= 0 && int(it.Layer) >= a.Base.Layers {
			layers[it.Same] = min(layers[it.Same], it.Layer)
		}
	}
	return layers
}

// add gives an item to a fix. Layer is the one whose instruction has to
// change.
func (f *fixer) add(i int32, id FixID, layer int, subject string) {
	key := fixKey{id, layer, subject}
	if wholeImage(id) {
		key.layer = -1
	}
	x := f.fixes[key]
	if x == nil {
		x = &Fix{ID: id, Basis: finding.Measured}
		x.Title, x.How, x.Safety = f.words(id, layer, subject)
		f.fixes[key] = x
	}
	x.items = append(x.items, i)
	x.add(f.a.Items[i].Sum())
	if !slices.Contains(x.Layers, layer) {
		x.Layers = append(x.Layers, layer)
		slices.Sort(x.Layers)
	}
}

// wholeImage reports sorts of fixes that are one change, however many
// instructions they are about.
func wholeImage(id FixID) bool {
	switch id {
	case MultiStage, ExcludeDocs, NoByteCode, LinkDuplicates, OneInstall, Strip:
		return true
	}
	return false
}

// item gives an item to the fixes that remove it.
func (f *fixer) item(i int32, it *Item) {
	p, layer := f.a.Path(it), int(f.brought[i])
	kind, subject := it.Kind, it.Subject
	if kind.Wasted() {
		// Hiding a cache later is the same mistake as keeping it.
		if k, s := f.places.kind(p); k == PackageLists || k == PackageCache {
			kind, subject = k, s
		}
	}
	if pkg := it.Package; pkg >= 0 && !it.Kind.Wasted() {
		f.packaged(i, int(pkg))
	}
	copied := f.a.copies(layer)
	switch kind {
	case PackageLists:
		f.add(i, CleanLists, layer, subject)
	case PackageCache:
		f.add(i, CacheMount, layer, subject)
	case MetadataCopy:
		f.add(i, CopyOnce, int(it.HiddenBy), "")
	case Overwritten:
		if subject == "dpkg" || subject == "apt" || subject == "apk" || subject == "rpm" {
			f.add(i, OneInstall, int(it.HiddenBy), "")
		} else {
			f.add(i, StoreOnce, layer, "")
		}
	case Deleted:
		if copied {
			f.add(i, NotCopied, layer, "")
		} else {
			f.add(i, RemoveWhereMade, layer, "")
		}
	case VersionControl:
		if copied {
			f.add(i, NotCopied, layer, "")
		} else {
			f.add(i, RemoveRepository, layer, "")
		}
	case Tests:
		f.add(i, RemoveTests, layer, "")
	case BuildTool, Static:
		if it.Package < 0 {
			f.add(i, MultiStage, layer, "")
		}
	case Docs, Locale:
		f.add(i, ExcludeDocs, layer, "")
	case Debug:
		f.add(i, Strip, layer, "")
	case ByteCode:
		f.add(i, NoByteCode, layer, "")
	case Temporary:
		f.add(i, RemoveTemporary, layer, "")
	case Duplicate:
		f.add(i, LinkDuplicates, layer, "")
	}
}

// packaged gives the file of a package of the distribution to the fixes that
// leave the package out.
func (f *fixer) packaged(i int32, pkg int) {
	if !f.a.Image.Packages[pkg].Type.Distribution() {
		return
	}
	r := &f.a.Reasons[pkg]
	layer := int(f.a.Items[i].Layer)
	if r.Relation == Recommended {
		f.add(i, NoRecommends, layer, "")
	}
	if f.building[pkg] {
		f.add(i, MultiStage, layer, "")
	}
}

// copies reports a layer that COPY or ADD made.
func (a *Attribution) copies(layer int) bool {
	switch a.Origins[layer].Verb() {
	case "COPY", "ADD":
		return true
	}
	return false
}

// rank orders fixes by what each adds to those before it: a greedy cover.
// What a fix adds only shrinks as others come before it, so the old figure is
// a bound and few have to be counted again.
func (a *Attribution) rank(list []*Fix) []Fix {
	covered := make([]bool, len(a.Items))
	for _, x := range list {
		x.Adds = x.Sum
	}
	order := func(x, y *Fix) int {
		return cmp.Or(bySize(x.Adds, y.Adds), bySize(x.Sum, y.Sum), cmp.Compare(x.ID, y.ID), slices.Compare(x.Layers, y.Layers), cmp.Compare(x.Title, y.Title))
	}
	out := make([]Fix, 0, len(list))
	for len(list) > 0 {
		slices.SortFunc(list, order)
		for {
			x := list[0]
			if x.items != nil {
				x.Adds = a.uncovered(x.items, covered)
			}
			if len(list) == 1 || order(x, list[1]) <= 0 {
				break
			}
			slices.SortFunc(list, order)
		}
		x := list[0]
		list = list[1:]
		for _, i := range x.items {
			covered[i] = true
		}
		if x.Disk > 0 || x.Pull > 0 {
			out = append(out, *x)
		}
	}
	return out
}

func (a *Attribution) uncovered(items []int32, covered []bool) Sum {
	var s Sum
	for _, i := range items {
		if !covered[i] {
			s.add(a.Items[i].Sum())
		}
	}
	return s
}

// Saving is what fixes give back together.
func Saving(fixes []Fix) Sum {
	var s Sum
	for i := range fixes {
		s.add(fixes[i].Adds)
	}
	return s
}

// Where names the instructions that a fix changes: "line 9", "lines 9 and
// 14", or the instructions themselves where no lines are known.
func (a *Attribution) Where(f *Fix) string {
	var lines []int
	var texts []string
	for _, l := range f.Layers {
		o := a.Origins[l]
		if o.FirstLine == 0 {
			texts = append(texts, o.String())
		} else if !slices.Contains(lines, o.FirstLine) {
			lines = append(lines, o.FirstLine)
		}
	}
	slices.Sort(lines)
	var words []string
	for _, l := range lines {
		words = append(words, fmt.Sprint(l))
	}
	if len(words) > 0 {
		where := "line "
		if len(words) > 1 {
			where = "lines "
		}
		texts = append([]string{where + listing(words)}, texts...)
	}
	return listing(texts)
}

// listing joins words as a sentence does: "a, b and c".
func listing(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
