package gunzip

import (
	"encoding/binary"
	"io"
)

const (
	// inSize is what is asked of the source at once.
	inSize = 128 << 10
	// pad is how much further than one turn begins the decoder's loop reads
	// ahead, and the number of zeros behind the input's end.
	pad = 32
)

// input gives the bits of a stream.
type input struct {
	src io.Reader
	// buf holds the input from pos to end, and when it has ended, zeros
	// behind it.
	buf      []byte
	pos, end int
	ended    bool
	// hold has the next have bits, which come before buf[pos], lowest
	// first.
	hold uint64
	have uint
	// read counts the bytes that came from the source.
	read int64
}

func newInput(r io.Reader) input {
	return input{src: r, buf: make([]byte, inSize+pad)}
}

// more reads until at least pad bytes are there, or all that there is.
func (in *input) more() error {
	if in.ended || in.end-in.pos >= pad {
		return nil
	}
	// Bytes that are in hold may have to go back.
	held := min(in.pos, 8)
	in.end = copy(in.buf, in.buf[in.pos-held:in.end])
	in.pos = held
	for idle := 0; in.end-in.pos < pad; {
		n, err := in.src.Read(in.buf[in.end:inSize])
		in.end += n
		in.read += int64(n)
		if err == io.EOF {
			in.ended = true
			clear(in.buf[in.end : in.end+pad])
			return nil
		}
		if err != nil {
			return err
		}
		if n > 0 {
			idle = 0
		} else if idle++; idle == 100 {
			return io.ErrNoProgress
		}
	}
	return nil
}

// need makes n ≤ 32 bits available in hold.
func (in *input) need(n uint) error {
	for in.have < n {
		if in.pos == in.end {
			if err := in.more(); err != nil {
				return err
			}
			if in.pos == in.end {
				return io.ErrUnexpectedEOF
			}
		}
		in.hold |= uint64(in.buf[in.pos]) << in.have
		in.pos++
		in.have += 8
	}
	return nil
}

// take returns the next n ≤ 32 bits.
func (in *input) take(n uint) (int, error) {
	if err := in.need(n); err != nil {
		return 0, err
	}
	v := in.hold & (1<<n - 1)
	in.hold >>= n
	in.have -= n
	return int(v), nil
}

// align drops the rest of a byte.
func (in *input) align() {
	in.hold >>= in.have & 7
	in.have &^= 7
}

// refill fills hold to at least 56 bits. Bits of hold above have are those of
// the input that follow: to put them there once more changes nothing.
func refill(buf []byte, pos int, hold uint64, have uint) (int, uint64, uint) {
	hold |= binary.LittleEndian.Uint64(buf[pos:]) << (have & 63)
	return pos + int(63-have)>>3, hold, have | 56
}
