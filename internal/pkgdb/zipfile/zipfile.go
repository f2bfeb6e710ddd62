// Package zipfile walks over the members of zip archives as hostile images
// may hold them. Unlike the standard library it keeps no list of the members,
// which a crafted archive can make larger than memory; and it reads a member
// only as far as it is told to. It is pure.
package zipfile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// The signatures and fixed sizes of the records of the format (APPNOTE 6.3.10).
const (
	localSig, localSize       = 0x04034b50, 30
	centralSig, centralSize   = 0x02014b50, 46
	endSig, endSize           = 0x06054b50, 22
	end64Sig, end64Size       = 0x06064b50, 56
	locator64Sig, locatorSize = 0x07064b50, 20
)

// maxComment is the longest comment that can follow the end record.
const maxComment = 1<<16 - 1

// maxMembers bounds the members of one archive. The largest archives of real
// projects have some hundred thousand.
const maxMembers = 4_000_000

// The methods of compression that Java's and Node's tools write.
const (
	stored   = 0
	deflated = 8
)

// ErrFormat says that a file is no zip archive, or a broken one.
var ErrFormat = errors.New("not a zip archive, or a broken one")

// Member is a file of an archive.
type Member struct {
	// Name is as the archive has it, slash separated; it may try to leave
	// the archive ("../x").
	Name string
	// Size is the length that the archive claims for the content.
	Size int64

	packed   int64
	method   uint16
	flags    uint16
	headerAt int64
	archive  io.ReaderAt
	start    int64 // of the archive within its file
}

// Dir reports whether the member is a directory.
func (m *Member) Dir() bool { return strings.HasSuffix(m.Name, "/") }

// Stored reports whether the content lies in the archive as it is.
func (m *Member) Stored() bool { return m.method == stored }

// Base is the last element of the name.
func (m *Member) Base() string { return path.Base(m.Name) }

// Walk calls fn for each member of the archive in r, in the directory's
// order, until fn returns an error. Data before the archive (a script that
// runs it) is passed over.
func Walk(r io.ReaderAt, size int64, fn func(*Member) error) error {
	dir, err := findDirectory(r, size)
	if err != nil {
		return err
	}
	in := bufio.NewReader(io.NewSectionReader(r, dir.at, dir.size))
	for i := uint64(0); i < dir.count; i++ {
		if i == maxMembers {
			return fmt.Errorf("more than %d members", maxMembers)
		}
		m, err := readMember(in)
		if err != nil {
			return err
		}
		m.archive, m.start = r, dir.start
		if err := fn(m); err != nil {
			return err
		}
	}
	return nil
}

// directory is where the list of members lies.
type directory struct {
	at, size, start int64
	count           uint64
}

// findDirectory reads the end record, which a comment may follow.
func findDirectory(r io.ReaderAt, size int64) (directory, error) {
	tail := make([]byte, min(size, endSize+maxComment))
	tailAt := size - int64(len(tail))
	if _, err := r.ReadAt(tail, tailAt); err != nil && err != io.EOF {
		return directory{}, err
	}
	i := len(tail)
	for sig := binary.LittleEndian.AppendUint32(nil, endSig); ; {
		if i = bytes.LastIndex(tail[:i], sig); i < 0 {
			return directory{}, ErrFormat
		}
		// The comment may hold a signature itself.
		if rest := len(tail) - i - endSize; rest >= 0 && int(binary.LittleEndian.Uint16(tail[i+20:])) <= rest {
			break
		}
	}
	end := tail[i:]
	d := directory{
		count: uint64(binary.LittleEndian.Uint16(end[10:])),
		size:  int64(binary.LittleEndian.Uint32(end[12:])),
	}
	offset := int64(binary.LittleEndian.Uint32(end[16:]))
	endAt := tailAt + int64(i)
	if d.count == 0xffff || d.size == 0xffffffff || offset == 0xffffffff {
		if at, ok := d.read64(r, endAt, &offset); ok {
			endAt = at
		}
	}
	if d.size < 0 || d.size > endAt || offset < 0 || offset > endAt {
		return directory{}, ErrFormat
	}
	d.at = endAt - d.size
	if d.start = d.at - offset; d.start < 0 {
		return directory{}, ErrFormat
	}
	return d, nil
}

// read64 takes over the figures of the 64-bit end record, if there is one,
// and returns where it lies.
func (d *directory) read64(r io.ReaderAt, endAt int64, offset *int64) (at int64, ok bool) {
	locator := make([]byte, locatorSize)
	if _, err := r.ReadAt(locator, endAt-locatorSize); err != nil || binary.LittleEndian.Uint32(locator) != locator64Sig {
		return 0, false
	}
	// By custom it lies directly before its locator; what the locator says
	// is wrong when something precedes the archive.
	end := make([]byte, end64Size)
	at = endAt - locatorSize - end64Size
	if at < 0 {
		return 0, false
	}
	if _, err := r.ReadAt(end, at); err != nil || binary.LittleEndian.Uint32(end) != end64Sig {
		return 0, false
	}
	d.count = binary.LittleEndian.Uint64(end[32:])
	d.size = int64(binary.LittleEndian.Uint64(end[40:]))
	*offset = int64(binary.LittleEndian.Uint64(end[48:]))
	return at, true
}

// readMember reads one record of the directory.
func readMember(in io.Reader) (*Member, error) {
	fixed := make([]byte, centralSize)
	if _, err := io.ReadFull(in, fixed); err != nil || binary.LittleEndian.Uint32(fixed) != centralSig {
		return nil, ErrFormat
	}
	nameLen := int(binary.LittleEndian.Uint16(fixed[28:]))
	extraLen := int(binary.LittleEndian.Uint16(fixed[30:]))
	commentLen := int(binary.LittleEndian.Uint16(fixed[32:]))
	rest := make([]byte, nameLen+extraLen+commentLen)
	if _, err := io.ReadFull(in, rest); err != nil {
		return nil, ErrFormat
	}
	m := &Member{
		Name:     string(rest[:nameLen]),
		flags:    binary.LittleEndian.Uint16(fixed[8:]),
		method:   binary.LittleEndian.Uint16(fixed[10:]),
		packed:   int64(binary.LittleEndian.Uint32(fixed[20:])),
		Size:     int64(binary.LittleEndian.Uint32(fixed[24:])),
		headerAt: int64(binary.LittleEndian.Uint32(fixed[42:])),
	}
	m.read64(rest[nameLen : nameLen+extraLen])
	return m, nil
}

// read64 takes the 64-bit figures of the extra field with id 1, which has
// those that do not fit into their own places.
func (m *Member) read64(extra []byte) {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 1 {
			continue
		}
		for _, v := range []*int64{&m.Size, &m.packed, &m.headerAt} {
			if *v == 0xffffffff && len(field) >= 8 {
				*v = int64(binary.LittleEndian.Uint64(field))
				field = field[8:]
			}
		}
	}
}

// data returns the packed content.
func (m *Member) data() (*io.SectionReader, error) {
	const encrypted = 1
	if m.flags&encrypted != 0 {
		return nil, errors.New("encrypted")
	}
	local := make([]byte, localSize)
	at := m.start + m.headerAt
	if at < 0 || m.packed < 0 {
		return nil, ErrFormat
	}
	if _, err := m.archive.ReadAt(local, at); err != nil || binary.LittleEndian.Uint32(local) != localSig {
		return nil, ErrFormat
	}
	at += localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	return io.NewSectionReader(m.archive, at, m.packed), nil
}

// Read returns the content of the member. More than limit bytes are an error.
// Its checksum is not looked at: whoever reads an image has checked the
// digest of its layer.
func (m *Member) Read(limit int64) ([]byte, error) {
	data, err := m.data()
	if err != nil {
		return nil, err
	}
	var plain io.Reader = data
	switch m.method {
	case stored:
	case deflated:
		plain = flate.NewReader(bufio.NewReader(data))
	default:
		return nil, fmt.Errorf("compressed by method %d, which is not known here", m.method)
	}
	content, err := io.ReadAll(io.LimitReader(plain, limit+1))
	if err != nil {
		return nil, ErrFormat
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("more than %d bytes", limit)
	}
	return content, nil
}

// ReaderAt gives random access to the content: in place when it is stored as
// it is, else unpacked into memory if it has no more than limit bytes.
func (m *Member) ReaderAt(limit int64) (io.ReaderAt, int64, error) {
	if m.method == stored {
		data, err := m.data()
		if err != nil {
			return nil, 0, err
		}
		return data, data.Size(), nil
	}
	content, err := m.Read(limit)
	return bytes.NewReader(content), int64(len(content)), err
}
