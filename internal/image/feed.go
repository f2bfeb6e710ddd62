package image

import (
	"io"

	"schlank/internal/image/pairsum"
	"schlank/inventory"
)

// Sizes of the pieces that an unpacked layer is handed on in: small enough to
// stay in a processor's cache, and so many that nobody waits.
const (
	pieceBytes = 128 << 10
	pieces     = 6
)

// filler unpacks into buf from at on, with the output so far in front of it,
// as gunzip.Decoder does.
type filler interface {
	Decode(buf []byte, at int) (int, error)
}

// readFiller fills from a reader.
type readFiller struct{ io.Reader }

func (r readFiller) Decode(buf []byte, at int) (int, error) {
	for at < len(buf) {
		n, err := r.Read(buf[at:])
		at += n
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

// piece is a part of an unpacked layer: buf[from:to].
type piece struct {
	buf      []byte
	from, to int
	err      error // what came after it
	// stored is how much of the stored layer was read for everything up to
	// its end, about.
	stored int64
}

// feed unpacks a layer in a goroutine of its own and hashes it while it is
// read.
type feed struct {
	unpack filler
	window int // what the filler wants in front
	left   int64
	stored func() int64

	free, full  chan *piece
	done, ended chan struct{}

	cur *piece
	off int // in cur.buf
	// before is what was stored for the pieces before cur.
	before int64

	// sums are nil if nobody wants them.
	sums *pairsum.Sum
	// inFile says that what is read is the content of a file, all of it and
	// nothing else.
	inFile bool
}

// newFeed starts unpacking. At most limit bytes may come; stored says how many
// stored bytes have been used so far.
func newFeed(unpack filler, window int, limit int64, stored func() int64) *feed {
	f := &feed{
		unpack: unpack, window: window, left: limit, stored: stored,
		free: make(chan *piece, pieces), full: make(chan *piece, pieces),
		done: make(chan struct{}), ended: make(chan struct{}),
		sums: pairsum.New(),
	}
	for range pieces {
		f.free <- &piece{buf: make([]byte, window+pieceBytes)}
	}
	go f.fill()
	return f
}

// fill unpacks until the end, an error or Close.
func (f *feed) fill() {
	defer close(f.ended)
	last := &piece{}
	for last.err == nil {
		select {
		case p := <-f.free:
			p.from = copy(p.buf, last.buf[max(last.to-f.window, 0):last.to])
			p.to, p.err = f.unpack.Decode(p.buf, p.from)
			if f.left -= int64(p.to - p.from); f.left < 0 {
				p.to, p.err = p.from, errTooLarge
			}
			p.stored = f.stored()
			last = p
			f.full <- p
		case <-f.done:
			return
		}
	}
}

// Read reads the unpacked layer.
func (f *feed) Read(b []byte) (int, error) {
	for f.cur == nil || f.off == f.cur.to {
		if f.cur != nil {
			if f.cur.err != nil {
				return 0, f.cur.err
			}
			f.before = f.cur.stored
			f.free <- f.cur
		}
		f.cur = <-f.full
		f.off = f.cur.from
	}
	n := copy(b, f.cur.buf[f.off:f.cur.to])
	f.off += n
	switch {
	case f.sums == nil:
	case f.inFile:
		f.sums.Both(b[:n])
	default:
		f.sums.Outer(b[:n])
	}
	return n, nil
}

// fileDigest is the digest of what was read since inFile was set, or since the
// last call.
func (f *feed) fileDigest() inventory.Digest { return f.sums.Inner() }

// digest is that of all that was read.
func (f *feed) digest() string { return inventory.Digest(f.sums.OuterSum()).String() }

// storedBytes is how much of the stored layer the bytes that were read so far
// come from. Within a piece that is in proportion.
func (f *feed) storedBytes() int64 {
	if f.cur == nil || f.cur.to == f.cur.from {
		return f.before
	}
	return f.before + (f.cur.stored-f.before)*int64(f.off-f.cur.from)/int64(f.cur.to-f.cur.from)
}

// Close stops the goroutine and waits for it: its source may be closed then.
func (f *feed) Close() {
	close(f.done)
	<-f.ended
}
