// Package sqlitefile reads the rows of tables of SQLite databases: no more of
// the format than package managers' databases need, and no SQL. It takes a
// crafted file for what it is, in bounded memory and time. It is pure.
//
// The format is described at https://www.sqlite.org/fileformat2.html.
package sqlitefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Magic begins every SQLite database.
const Magic = "SQLite format 3\x00"

// ErrFormat says that a file is no SQLite database, or a broken one.
var ErrFormat = errors.New("not an SQLite database, or a broken one")

// maxRow bounds the bytes of one row, which are held in memory.
const maxRow = 256 << 20

// maxDepth bounds the height of a tree. That of four thousand million pages
// is below ten.
const maxDepth = 32

// Database is a database file.
type Database struct {
	r        io.ReaderAt
	pageSize int64
	// usable is the page size without what is reserved at each page's end.
	usable int64
	// pages is how many more pages may be read: in a sound file each one is
	// read once for a table.
	pages, allPages int64
}

// Value is a column of a row. Only the field of its kind is set; reals are
// left out.
type Value struct {
	Int  int64
	Data []byte // text or blob
}

// Open reads the header of the database in r.
func Open(r io.ReaderAt, size int64) (*Database, error) {
	header := make([]byte, 100)
	if _, err := r.ReadAt(header, 0); err != nil || string(header[:len(Magic)]) != Magic {
		return nil, ErrFormat
	}
	db := &Database{r: r, pageSize: int64(binary.BigEndian.Uint16(header[16:]))}
	if db.pageSize == 1 {
		db.pageSize = 65536
	}
	if db.pageSize < 512 || db.pageSize&(db.pageSize-1) != 0 {
		return nil, ErrFormat
	}
	if db.usable = db.pageSize - int64(header[20]); db.usable < 480 {
		return nil, ErrFormat
	}
	if encoding := binary.BigEndian.Uint32(header[56:]); encoding > 1 {
		return nil, errors.New("SQLite database in UTF-16")
	}
	db.allPages = size / db.pageSize
	return db, nil
}

// Rows calls fn for each row of a table in the order of their keys, until fn
// returns an error. A table that is not there has no rows. The columns are
// those of the table in order; the last ones may be missing. Their data are
// valid until fn returns.
func (db *Database) Rows(table string, fn func(key int64, columns []Value) error) error {
	root := int64(0)
	err := db.walk(1, func(_ int64, c []Value) error {
		if len(c) >= 4 && string(c[0].Data) == "table" && strings.EqualFold(string(c[1].Data), table) {
			root = c[3].Int
		}
		return nil
	})
	if err != nil || root == 0 {
		return err
	}
	return db.walk(root, fn)
}

// walk visits the rows of the table whose tree has its root at a page.
func (db *Database) walk(root int64, fn func(int64, []Value) error) error {
	db.pages = db.allPages
	return db.tree(root, 0, fn)
}

// page reads a page; they count from 1.
func (db *Database) page(n int64) ([]byte, error) {
	if db.pages--; db.pages < 0 || n < 1 || n > db.allPages {
		return nil, ErrFormat
	}
	data := make([]byte, db.pageSize)
	if _, err := db.r.ReadAt(data, (n-1)*db.pageSize); err != nil && err != io.EOF {
		return nil, err
	}
	return data[:db.usable], nil
}

// The kinds of pages of a table's tree.
const (
	interior = 5
	leaf     = 13
)

func (db *Database) tree(n int64, depth int, fn func(int64, []Value) error) error {
	page, err := db.page(n)
	if err != nil {
		return err
	}
	head := page
	if n == 1 {
		head = page[100:] // the database's header comes first
	}
	kind, cells, pointers := head[0], int(binary.BigEndian.Uint16(head[3:])), head[8:]
	if kind == interior {
		pointers = head[12:]
	}
	if depth > maxDepth || kind != interior && kind != leaf || 2*cells > len(pointers) {
		return ErrFormat
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(pointers[2*i:]))
		if at+4 > len(page) {
			return ErrFormat
		}
		if kind == leaf {
			err = db.row(page[at:], fn)
		} else {
			err = db.tree(int64(binary.BigEndian.Uint32(page[at:])), depth+1, fn)
		}
		if err != nil {
			return err
		}
	}
	if kind == leaf {
		return nil
	}
	return db.tree(int64(binary.BigEndian.Uint32(head[8:])), depth+1, fn)
}

// row reads a cell of a leaf.
func (db *Database) row(cell []byte, fn func(int64, []Value) error) error {
	size, n := varint(cell)
	key, m := varint(cell[n:])
	if n == 0 || m == 0 || size < 0 || size > maxRow {
		return fmt.Errorf("row of %d bytes: %w", size, ErrFormat)
	}
	payload, err := db.payload(cell[n+m:], size)
	if err != nil {
		return err
	}
	columns, err := columns(payload)
	if err != nil {
		return err
	}
	return fn(key, columns)
}

// payload collects a row of size bytes, of which the first are in the cell
// and the others, if there are any, in a chain of pages.
func (db *Database) payload(cell []byte, size int64) ([]byte, error) {
	local := size
	if most := db.usable - 35; size > most {
		least := (db.usable-12)*32/255 - 23
		if local = least + (size-least)%(db.usable-4); local > most {
			local = least
		}
	}
	if local > int64(len(cell)) {
		return nil, ErrFormat
	}
	if local == size {
		return cell[:local], nil
	}
	if int64(len(cell)) < local+4 || size > db.allPages*db.pageSize {
		return nil, ErrFormat
	}
	out := append(make([]byte, 0, size), cell[:local]...)
	for next := int64(binary.BigEndian.Uint32(cell[local:])); int64(len(out)) < size; {
		page, err := db.page(next)
		if err != nil {
			return nil, err
		}
		next = int64(binary.BigEndian.Uint32(page))
		out = append(out, page[4:4+min(db.usable-4, size-int64(len(out)))]...)
	}
	return out, nil
}

// columns takes a record apart.
func columns(record []byte) ([]Value, error) {
	headerSize, n := varint(record)
	if n == 0 || headerSize < int64(n) || headerSize > int64(len(record)) {
		return nil, ErrFormat
	}
	kinds, body := record[n:headerSize], record[headerSize:]
	var out []Value
	for len(kinds) > 0 {
		kind, n := varint(kinds)
		if n == 0 || kind < 0 {
			return nil, ErrFormat
		}
		kinds = kinds[n:]
		size := kindSize(kind)
		if size > int64(len(body)) {
			return nil, ErrFormat
		}
		out = append(out, value(kind, body[:size]))
		body = body[size:]
	}
	return out, nil
}

// kindSize is the number of bytes that a value of a serial type takes.
func kindSize(kind int64) int64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6, kind == 7:
		return 8
	case kind <= 4:
		return kind
	}
	return 0
}

func value(kind int64, data []byte) Value {
	switch {
	case kind >= 12:
		return Value{Data: data}
	case kind == 9:
		return Value{Int: 1}
	case kind >= 1 && kind <= 6:
		v := int64(int8(data[0]))
		for _, b := range data[1:] {
			v = v<<8 | int64(b)
		}
		return Value{Int: v}
	}
	return Value{}
}

// varint reads SQLite's form of integers: seven bits a byte, the most
// significant first, eight in a ninth. It returns 0 bytes when cut off.
func varint(b []byte) (v int64, n int) {
	var u uint64
	for i := range min(len(b), 9) {
		if i == 8 {
			return int64(u<<8 | uint64(b[i])), 9
		}
		u = u<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return int64(u), i + 1
		}
	}
	return 0, 0
}
