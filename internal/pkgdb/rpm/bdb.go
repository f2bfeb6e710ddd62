package rpm

import (
	"encoding/binary"
	"errors"
	"io"
)

// Berkeley DB's hash files (dbinc/db_page.h of its sources), in the byte order
// of the machine that wrote them. The first page describes the file; others
// are buckets of keys and values, or parts of long values.
const (
	bdbHashMagic = 0x061561
	bdbMinPage   = 512
	bdbMaxPage   = 64 << 10
	bdbPageHead  = 26

	bdbHashUnsorted = 2
	bdbOverflow     = 7
	bdbHash         = 13

	bdbItemInline  = 1
	bdbItemOffPage = 3
)

var errBDB = errors.New("not an RPM database, or a broken one")

// bdb is an open file.
type bdb struct {
	r        io.ReaderAt
	order    binary.ByteOrder
	pageSize int64
	pages    int64
	// left is how many more pages may be read: in a sound file each one is
	// read once.
	left int64
}

// bdbHeaders calls fn for each header, in the order of pages.
func bdbHeaders(r io.ReaderAt, size int64, fn func([]byte) error) error {
	db, err := openBDB(r, size)
	if err != nil {
		return err
	}
	for n := int64(1); n < db.pages; n++ {
		page, err := db.page(n)
		if err != nil {
			return err
		}
		if kind := page[25]; kind != bdbHash && kind != bdbHashUnsorted {
			continue
		}
		if err := db.bucket(page, fn); err != nil {
			return err
		}
	}
	return nil
}

func openBDB(r io.ReaderAt, size int64) (*bdb, error) {
	head := make([]byte, bdbMinPage)
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, errBDB
	}
	db := &bdb{r: r, order: binary.LittleEndian}
	if db.order.Uint32(head[12:]) != bdbHashMagic {
		if db.order = binary.BigEndian; db.order.Uint32(head[12:]) != bdbHashMagic {
			return nil, errBDB
		}
	}
	if head[24] != 0 {
		return nil, errors.New("encrypted Berkeley DB")
	}
	if db.pageSize = int64(db.order.Uint32(head[20:])); db.pageSize < bdbMinPage || db.pageSize > bdbMaxPage {
		return nil, errBDB
	}
	db.pages = size / db.pageSize
	db.left = 2 * db.pages // once as what they are, once in passing
	return db, nil
}

func (db *bdb) page(n int64) ([]byte, error) {
	if db.left--; db.left < 0 || n < 1 || n >= db.pages {
		return nil, errBDB
	}
	page := make([]byte, db.pageSize)
	if _, err := db.r.ReadAt(page, n*db.pageSize); err != nil && err != io.EOF {
		return nil, err
	}
	return page, nil
}

// bucket visits the values of a page: items come in pairs, from its end
// downwards.
func (db *bdb) bucket(page []byte, fn func([]byte) error) error {
	items := int(db.order.Uint16(page[20:]))
	if bdbPageHead+2*items > len(page) {
		return errBDB
	}
	end := len(page)
	for i := range items {
		at := int(db.order.Uint16(page[bdbPageHead+2*i:]))
		if at < bdbPageHead || at >= end {
			return errBDB
		}
		item := page[at:end]
		end = at
		if i%2 == 0 {
			continue // a key: the number of the header
		}
		value, err := db.value(item)
		if err != nil {
			return err
		}
		if len(value) <= 4 {
			continue // the next free number, under key 0
		}
		if err := fn(value); err != nil {
			return err
		}
	}
	return nil
}

// value returns the value that an item holds or leads to.
func (db *bdb) value(item []byte) ([]byte, error) {
	switch {
	case item[0] == bdbItemInline:
		return item[1:], nil
	case item[0] != bdbItemOffPage || len(item) < 12:
		return nil, errBDB
	}
	next, size := int64(db.order.Uint32(item[4:])), int64(db.order.Uint32(item[8:]))
	if size > maxHeader || size > db.pages*db.pageSize {
		return nil, errBDB
	}
	value := make([]byte, 0, size)
	for int64(len(value)) < size {
		page, err := db.page(next)
		if err != nil {
			return nil, err
		}
		n := int64(db.order.Uint16(page[22:])) // bytes on this page
		if page[25] != bdbOverflow || n == 0 || bdbPageHead+n > db.pageSize {
			return nil, errBDB
		}
		value = append(value, page[bdbPageHead:bdbPageHead+min(n, size-int64(len(value)))]...)
		next = int64(db.order.Uint32(page[16:]))
	}
	return value, nil
}
