package gunzip

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrCorrupt says that the data is not what a compressor wrote.
var ErrCorrupt = errors.New("corrupt gzip data")

// slack is the room that the decoder's loop wants in its output: the longest
// match or three literals, and what wide copies write past the end.
const slack = 258 + 32

// block is what the decoder is in the middle of.
type block uint8

const (
	noBlock block = iota
	storedBlock
	codedBlock
)

// inflater decodes DEFLATE streams (RFC 1951).
type inflater struct {
	input
	block  block
	last   bool // the stream ends with this block
	stored int  // bytes that a stored block still has

	lengths [lengthSlots]entry
	offsets [offsetSlots]entry

	lengthSymbols, offsetSymbols, codeSymbols alphabet
}

// inflate decodes into out from at on; matches reach back to floor. It
// returns where the output ends, and io.EOF with the stream's end. Otherwise
// there is no more room than slack.
func (z *inflater) inflate(out []byte, floor, at int) (int, error) {
	for at <= len(out)-slack {
		var err error
		switch z.block {
		case noBlock:
			if z.last {
				z.last = false
				return at, io.EOF
			}
			err = z.header()
		case storedBlock:
			at, err = z.copyStored(out, at)
		case codedBlock:
			if err = z.more(); err == nil {
				at, err = z.decode(out, floor, at)
			}
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

// header reads the beginning of a block.
func (z *inflater) header() error {
	h, err := z.take(3)
	if err != nil {
		return err
	}
	z.last = h&1 == 1
	switch h >> 1 {
	case 0:
		return z.storedHeader()
	case 1:
		z.fixedCodes()
	case 2:
		err = z.readCodes()
	default:
		err = ErrCorrupt
	}
	z.block = codedBlock
	return err
}

func (z *inflater) storedHeader() error {
	z.align()
	h, err := z.take(32)
	if err != nil {
		return err
	}
	z.stored = h & 0xffff
	if z.stored != h>>16^0xffff {
		return ErrCorrupt
	}
	z.block = storedBlock
	return nil
}

// copyStored copies what is left of a stored block, as much as fits.
func (z *inflater) copyStored(out []byte, at int) (int, error) {
	for ; z.have > 0 && z.stored > 0 && at < len(out); z.stored-- {
		out[at] = byte(z.hold)
		at++
		z.hold >>= 8
		z.have -= 8
	}
	for z.stored > 0 && at < len(out) {
		if z.pos == z.end {
			if err := z.more(); err != nil {
				return at, err
			}
			if z.pos == z.end {
				return at, io.ErrUnexpectedEOF
			}
		}
		n := copy(out[at:], z.buf[z.pos:min(z.end, z.pos+z.stored)])
		at += n
		z.pos += n
		z.stored -= n
	}
	if z.stored == 0 {
		z.block = noBlock
	}
	return at, nil
}

// decode decodes codes until the block or the room ends or the input runs
// low. Nearly all time is spent in this loop: hence local variables, a hold
// that is filled without asking how full it is, three literals in one turn,
// and the next entry fetched before a match is copied.
func (z *inflater) decode(out []byte, floor, at int) (int, error) {
	buf, pos, hold, have := z.buf, z.pos, z.hold, z.have
	lengths, offsets := &z.lengths, &z.offsets
	// A turn reads up to 15 bytes from where it began. Zeros behind the
	// input's end may be among them; if they were used is seen afterwards.
	inLimit, outLimit := z.end-pad/2, len(out)-slack
	if z.ended {
		inLimit = z.end + 8
	}
	var e entry
	var err error
	if pos <= inLimit {
		pos, hold, have = refill(buf, pos, hold, have)
		e = lengths[hold&(1<<lengthBits-1)]
	}
	for at <= outLimit && pos <= inLimit {
		// Here are 56 bits: enough for three literals without subtables, or
		// for two and a length.
		for range 2 {
			if e.kind() != kindLiteral {
				break
			}
			hold, have = hold>>(e&63), have-uint(e&63)
			out[at] = byte(e >> 16)
			at++
			e = lengths[hold&(1<<lengthBits-1)]
		}
		if e.kind() == kindSubtable {
			hold, have = hold>>lengthBits, have-lengthBits
			e = lengths[e.sub(hold)]
		}
		used := hold
		hold, have = hold>>(e&63), have-uint(e&63)
		if e.kind() == kindLiteral {
			out[at] = byte(e >> 16)
			at++
			pos, hold, have = refill(buf, pos, hold, have)
			e = lengths[hold&(1<<lengthBits-1)]
			continue
		}
		if e.kind() == kindRare {
			if z.block = noBlock; e.value() != endOfBlock.value() {
				err = ErrCorrupt
			}
			break
		}
		n := e.number(used)
		pos, hold, have = refill(buf, pos, hold, have)
		d := offsets[hold&(1<<offsetBits-1)]
		if d.kind() == kindSubtable {
			hold, have = hold>>offsetBits, have-offsetBits
			d = offsets[d.sub(hold)]
		}
		from := at - d.number(hold)
		hold, have = hold>>(d&63), have-uint(d&63)
		if d.kind() != kindCopy || from < floor {
			err = ErrCorrupt
			break
		}
		pos, hold, have = refill(buf, pos, hold, have)
		e = lengths[hold&(1<<lengthBits-1)]
		copyMatch(out, at, from, n)
		at += n
	}
	if short := z.putBack(pos, hold, have); short != nil {
		err = short
	}
	return at, err
}

// putBack ends a run of the loop: whole bytes in hold become input again.
func (z *inflater) putBack(pos int, hold uint64, have uint) error {
	z.pos, z.have = pos-int(have>>3), have&7
	z.hold = hold & (1<<z.have - 1)
	if z.pos > z.end {
		z.pos = z.end
		return io.ErrUnexpectedEOF
	}
	return nil
}

// copyMatch copies n bytes within out from from to at, and whatever follows
// them up to 31 bytes further. What is copied may be what was just written.
func copyMatch(out []byte, at, from, n int) {
	switch {
	case at-from < 16:
		repeat(out, at, from, n)
	case n <= 32:
		copy16(out[at:], out[from:])
		copy16(out[at+16:], out[from+16:])
	default:
		for end := at + n; at < end; at, from = at+16, from+16 {
			copy16(out[at:], out[from:])
		}
	}
}

func copy16(to, from []byte) {
	_, _ = to[15], from[15]
	a, b := binary.LittleEndian.Uint64(from), binary.LittleEndian.Uint64(from[8:])
	binary.LittleEndian.PutUint64(to, a)
	binary.LittleEndian.PutUint64(to[8:], b)
}

// repeat is copyMatch for short distances.
func repeat(out []byte, at, from, n int) {
	end, dist := at+n, at-from
	if dist < 8 {
		for i := range 8 {
			out[at+i] = out[from+i]
		}
		// From here on go back by as many repetitions as make a word.
		at += 8
		from = at - (7+dist)/dist*dist
	}
	for ; at < end; at, from = at+8, from+8 {
		binary.LittleEndian.PutUint64(out[at:], binary.LittleEndian.Uint64(out[from:]))
	}
}
