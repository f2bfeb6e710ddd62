// Package attribute says why each byte of an image is there: bytes → causes.
//
// Every stored byte, of each regular file of each layer, gets exactly one
// cause, and the causes sum to the disk size and the pull size of the image,
// to the byte. With the causes come the instructions that brought the bytes,
// what would give them back, what is wasted where, why one path is there, and
// what differs between two images.
//
// It is pure: from an inventory, and as far as they are known the Dockerfile
// and the number of base layers, to plain data. It imports inventory,
// dockerfile with shellcmd and pkgmgr, engine (for its steps), finding and
// source.
package attribute

import (
	"schlank/dockerfile"
	"schlank/inventory"
)

// Options are what is known about an image besides its inventory. The zero
// value is fine.
type Options struct {
	// Base says which layers are the base image's; see FindBase. The zero
	// value has it guessed from the history.
	Base BaseImage
	// Origins are the instructions that made the layers, one for each layer
	// and those of the base too; see FromSteps and FromDockerfile. Without
	// them they are read from the history.
	Origins []Origin
	// Dockerfile is what the image was built from, nil if not known. The
	// lines that ask for packages are read from it, else from the history.
	Dockerfile *dockerfile.File
	// Target is the stage of it that was built, "" for the last one.
	Target string
	// Slim is the slim sibling of the base image, nil if there is none.
	Slim *Sibling
}

// Sibling is a smaller image that could be the base.
type Sibling struct {
	// Ref is its reference: "python:3.11-slim".
	Ref string
	// Sizes are its figures, nil when they are not known.
	Sizes *inventory.Sizes
}

// Sum is an amount of stored bytes and the number of files that hold them.
// Disk bytes are measured; for pull bytes see Attribution.PullMeasured.
type Sum struct {
	Disk, Pull int64
	Files      int
}

func (s *Sum) add(t Sum) {
	s.Disk += t.Disk
	s.Pull += t.Pull
	s.Files += t.Files
}

// Attribution is an image with a cause for each of its bytes. It is not
// changed after it is made.
type Attribution struct {
	Image *inventory.Image
	// Base says which layers are the base image's, and how that is known.
	Base BaseImage
	// Origins has the instruction that made it for each layer.
	Origins []Origin
	// Items are the stored files with content, and the overheads: the parts
	// whose sums are the image's sizes. They are in path order, at one path
	// from the base upwards, overheads last.
	Items []Item
	// Causes sum the items up by kind, the biggest first. Kinds without
	// bytes are left out.
	Causes []Cause
	// Reasons say for each of Image.Packages why it is installed.
	Reasons []Reason
	// PullMeasured says that the pull bytes of all files were measured when
	// the layers were read. Otherwise those of some layers, each measured as
	// a whole, are shared out in proportion to the sizes of their files.
	PullMeasured bool
	// Requests are the packages that instructions ask for by name, in order.
	Requests []Request

	opt Options
}

// Item is stored content with one cause: a regular file of a layer, or, when
// Entry is negative, an overhead of the layer.
type Item struct {
	// Layer and Entry are indexes: Image.Layers[Layer].Entries[Entry].
	Layer, Entry int32
	// Kind is why it is there.
	Kind Kind
	// Subject is what it is there for, in a word: the package, the tool
	// whose cache it is; "" if the kind says it all.
	Subject string
	// HiddenBy is the layer that hid it: the one that overwrote, copied or
	// deleted it. It is −1 for what is in the final tree, and for what is
	// unreachable.
	HiddenBy int32
	// Package is the index in Image.Packages of the package that claims the
	// path in the final tree, or −1.
	Package int32
	// Same is the index in Items of the content that a duplicate, or a copy
	// stored again unchanged, is the same as; −1 for others.
	Same int32
	// Disk and Pull are its bytes.
	Disk, Pull int64
}

// Entry is the entry of the layer that holds an item; nil for overheads.
func (a *Attribution) Entry(it *Item) *inventory.Entry {
	if it.Entry < 0 {
		return nil
	}
	return &a.Image.Layers[it.Layer].Entries[it.Entry]
}

// Path is the path of an item, "" for overheads.
func (a *Attribution) Path(it *Item) string {
	if e := a.Entry(it); e != nil {
		return e.Path
	}
	return ""
}

// Sum is the item's amount.
func (it *Item) Sum() Sum {
	n := 1
	if it.Entry < 0 {
		n = 0
	}
	return Sum{Disk: it.Disk, Pull: it.Pull, Files: n}
}

// Total is the sum over all items: Image.Sizes, to the byte.
func (a *Attribution) Total() Sum {
	var s Sum
	for i := range a.Items {
		s.add(a.Items[i].Sum())
	}
	return s
}

// Image attributes the bytes of an image. img must not be changed after.
func Image(img *inventory.Image, opt Options) *Attribution {
	a := &Attribution{Image: img, Base: opt.Base, Origins: opt.Origins, opt: opt}
	if a.Base.Source == BaseUnknown {
		a.Base = FindBase(img, nil)
	}
	a.Base.Layers = max(0, min(a.Base.Layers, len(img.Layers)))
	if len(a.Origins) != len(img.Layers) {
		a.Origins = FromHistory(img)
	}
	stored := store(img)
	a.Requests = requests(a)
	a.Reasons = reasons(a, stored)
	classify(a, stored)
	a.overheads()
	a.Causes = a.sumCauses()
	return a
}
