package rpm

import (
	"encoding/binary"
	"errors"
	"io"
)

// NDB is RPM's own form of database, used by SUSE: pages of slots that say
// where the headers lie (rpm's lib/backend/ndb/rpmpkg.c). Numbers are
// little-endian.
const (
	ndbMagic     = "RpmP"
	ndbSlotMagic = "Slot"
	ndbBlobMagic = "BlbS"

	ndbPage     = 4096
	ndbSlot     = 16
	ndbBlock    = 16 // the unit in which places are given
	ndbBlobHead = 16
	ndbFirst    = 2 // slots that the file's header takes
)

var errNDB = errors.New("broken NDB file")

// ndbHeaders calls fn for each header, in the order of slots.
func ndbHeaders(r io.ReaderAt, size int64, fn func([]byte) error) error {
	head := make([]byte, 32)
	if _, err := r.ReadAt(head, 0); err != nil {
		return errNDB
	}
	pages := int64(binary.LittleEndian.Uint32(head[12:]))
	if pages < 1 || pages*ndbPage > size {
		return errNDB
	}
	page := make([]byte, ndbPage)
	for n := range pages {
		if _, err := r.ReadAt(page, n*ndbPage); err != nil {
			return errNDB
		}
		for i := 0; i < ndbPage; i += ndbSlot {
			slot := page[i : i+ndbSlot]
			if n == 0 && i < ndbFirst*ndbSlot {
				continue
			}
			if string(slot[:4]) != ndbSlotMagic {
				return errNDB
			}
			index, at := binary.LittleEndian.Uint32(slot[4:]), int64(binary.LittleEndian.Uint32(slot[8:]))*ndbBlock
			if at == 0 {
				continue // free
			}
			blob, err := ndbBlob(r, size, at, index)
			if err != nil {
				return err
			}
			if err := fn(blob); err != nil {
				return err
			}
		}
	}
	return nil
}

// ndbBlob reads the header at a place.
func ndbBlob(r io.ReaderAt, size, at int64, index uint32) ([]byte, error) {
	head := make([]byte, ndbBlobHead)
	if _, err := r.ReadAt(head, at); err != nil {
		return nil, errNDB
	}
	n := int64(binary.LittleEndian.Uint32(head[12:]))
	if string(head[:4]) != ndbBlobMagic || binary.LittleEndian.Uint32(head[4:]) != index || n > maxHeader || at+n > size {
		return nil, errNDB
	}
	blob := make([]byte, n)
	if _, err := r.ReadAt(blob, at+ndbBlobHead); err != nil {
		return nil, errNDB
	}
	return blob, nil
}
