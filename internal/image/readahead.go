package image

import "io"

const (
	aheadChunk  = 128 << 10
	aheadChunks = 4
)

// readAhead reads its source in a goroutine of its own, so that reading and
// hashing a blob runs beside unpacking it.
type readAhead struct {
	chunks chan chunk
	free   chan []byte
	done   chan struct{}
	ended  chan struct{}
	cur    []byte
	buf    []byte
	err    error
}

type chunk struct {
	buf []byte
	err error
}

func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{
		chunks: make(chan chunk, aheadChunks),
		free:   make(chan []byte, aheadChunks),
		done:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	for range aheadChunks {
		a.free <- make([]byte, aheadChunk)
	}
	go a.fill(r)
	return a
}

func (a *readAhead) fill(r io.Reader) {
	defer close(a.ended)
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.done:
			return
		}
		// Not io.ReadFull: its io.ErrUnexpectedEOF for a short last chunk
		// can't be told from that of a truncated source.
		var n int
		var err error
		for n < aheadChunk && err == nil {
			var m int
			m, err = r.Read(buf[n:aheadChunk])
			n += m
		}
		select {
		case a.chunks <- chunk{buf[:n], err}:
		case <-a.done:
			return
		}
		if err != nil {
			return
		}
	}
}

func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.cur) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.buf != nil {
			a.free <- a.buf
			a.buf = nil
		}
		c := <-a.chunks
		a.buf, a.cur, a.err = c.buf, c.buf, c.err
	}
	n := copy(p, a.cur)
	a.cur = a.cur[n:]
	return n, nil
}

// Close stops the goroutine and waits for it: its source may be closed then.
func (a *readAhead) Close() {
	close(a.done)
	<-a.ended
}
