// Package gunzip decompresses gzip files (RFC 1952), twice as fast as other Go
// code: the layers of images are gigabytes of it, and to unpack them is most
// of the work of reading an image. It decodes into large buffers of its caller
// behind what came before, so that no window is kept and nothing copied.
package gunzip

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	// Window is how much of the output so far the decoder needs in front of
	// the new output.
	Window = 32 << 10
	// Room is the least space behind it that lets the decoder go on.
	Room = 1 << 10
)

// Errors of files that are damaged or none of this kind. A file that ends
// early is an io.ErrUnexpectedEOF.
var (
	ErrHeader   = errors.New("no gzip file")
	ErrChecksum = errors.New("checksum of gzip data is wrong")
)

// Decoder decompresses a gzip file of any number of members.
type Decoder struct {
	z      inflater
	inside bool // of a member
	some   bool // members have ended
	crc    uint32
	size   int64
}

// NewDecoder returns a decoder of what r brings.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{z: inflater{
		input:         newInput(r),
		lengthSymbols: newLengths(),
		offsetSymbols: newOffsets(),
		codeSymbols:   newCodes(),
	}}
}

// Decode decompresses into buf from at on and returns where the output ends,
// which leaves less than Room of buf unless there is an error. Before at must
// be the last Window bytes of the output so far, or all there are. After the
// end of the file it returns io.EOF, output of the last call included.
func (d *Decoder) Decode(buf []byte, at int) (int, error) {
	if len(buf)-at < Room {
		return at, io.ErrShortBuffer
	}
	for len(buf)-at >= Room {
		if !d.inside {
			if err := d.header(); err != nil {
				return at, err
			}
			d.inside, d.crc, d.size = true, 0, 0
		}
		floor := int(max(0, int64(at)-d.size)) // members know nothing of others
		end, err := d.z.inflate(buf, floor, at)
		d.crc = crc32.Update(d.crc, crc32.IEEETable, buf[at:end])
		d.size += int64(end - at)
		at = end
		if err == io.EOF {
			d.inside, d.some = false, true
			err = d.trailer()
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

// Consumed is how many bytes of the file have been decoded.
func (d *Decoder) Consumed() int64 {
	return d.z.read - int64(d.z.end-d.z.pos) - int64(d.z.have/8)
}

// The flags of a member's header. Unknown ones are left alone, as gzip does.
const (
	flagHeaderCRC = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
)

// header reads a member's header; io.EOF says that there is no more member.
func (d *Decoder) header() error {
	if err := d.z.need(8); err != nil {
		if d.some && errors.Is(err, io.ErrUnexpectedEOF) {
			return io.EOF
		}
		return err
	}
	h := header{z: &d.z.input}
	magic := h.number(3)
	flags := h.number(1)
	h.number(4) // time
	h.number(2) // compression level and system
	if h.err == nil && magic != 0x088b1f {
		return ErrHeader
	}
	if flags&flagExtra != 0 {
		for n := h.number(2); n > 0 && h.err == nil; n-- {
			h.number(1)
		}
	}
	for _, text := range []uint32{flagName, flagComment} {
		for flags&text != 0 && h.number(1) != 0 {
		}
	}
	if flags&flagHeaderCRC != 0 {
		if want := h.crc & 0xffff; h.number(2) != want && h.err == nil {
			return ErrHeader
		}
	}
	return h.err
}

// header reads the numbers of a header up to the first error.
type header struct {
	z   *input
	crc uint32
	err error
}

// number reads n bytes; after an error it is 0.
func (h *header) number(n uint) uint32 {
	var v uint32
	for i := range n {
		if h.err != nil {
			return 0
		}
		var b int
		if b, h.err = h.z.take(8); h.err == nil {
			h.crc = crc32.Update(h.crc, crc32.IEEETable, []byte{byte(b)})
			v |= uint32(b) << (8 * i)
		}
	}
	return v
}

func (d *Decoder) trailer() error {
	d.z.align()
	h := header{z: &d.z.input}
	crc, size := h.number(4), h.number(4)
	if h.err == nil && (crc != d.crc || size != uint32(d.size)) {
		return fmt.Errorf("%w: %08x of %d bytes, want %08x", ErrChecksum, d.crc, uint32(d.size), crc)
	}
	return h.err
}
