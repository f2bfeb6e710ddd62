package image

import (
	"fmt"
	"io"

	"schlank/inventory"
)

// looker reads facts off the contents of files while their layer streams by:
// the file itself is gone afterwards. What it says of a file depends on the
// file alone, for it is kept with the layer and used again for every image
// that has it. Its functions are called from several goroutines.
type looker struct {
	// name tells its records from those of other lookers.
	name string
	// wants says whether the looker is to see a file. head is its beginning:
	// all of a small file, else at least 4096 bytes. p is absolute, as the
	// archive has it: a lower layer's link may place the file elsewhere.
	wants func(p string, size int64, head []byte) bool
	// look reads a file and returns a record of it, nil for nothing to
	// record. An error is listed in the inventory's Unknowns. Records count
	// as package data, of which a layer may have no more than
	// limits.captureBytes.
	look func(p string, r io.ReaderAt, size int64) (record []byte, err error)
}

// see calls look so that a parser that panics on a crafted file does not end
// the reading of an image.
func (l *looker) see(p string, r io.ReaderAt, size int64) (record []byte, err error) {
	defer func() {
		if gave := recover(); gave != nil {
			record, err = nil, fmt.Errorf("parser gave up: %v", gave)
		}
	}()
	return l.look(p, r, size)
}

// records returns what a looker recorded of the files of the final tree, by
// path; further names of a file have its record, too.
func (r *result) records(scans []*scanned, looker string) map[string][]byte {
	out := map[string][]byte{}
	for i := range r.img.Tree {
		if k := r.img.Tree[i].Kind; k != inventory.KindFile && k != inventory.KindHardlink {
			continue
		}
		src := r.ref(i)
		if rec, ok := scans[src.layer].records[looker][src.name]; ok {
			out[r.img.Tree[i].Path] = rec
		}
	}
	return out
}
