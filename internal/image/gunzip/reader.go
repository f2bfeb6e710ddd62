package gunzip

import "io"

// Reader is a Decoder for those who want to read as from any file.
type Reader struct {
	*Decoder
	buf      []byte
	from, to int
	err      error
}

// NewReader returns a reader of the gzip file that r brings. Reading and
// decoding must not be mixed.
func NewReader(r io.Reader) *Reader { return &Reader{Decoder: NewDecoder(r)} }

// Read reads decompressed bytes.
func (r *Reader) Read(p []byte) (int, error) {
	if r.buf == nil {
		r.buf = make([]byte, 4*Window)
	}
	for r.from == r.to {
		if r.err != nil {
			return 0, r.err
		}
		r.from = copy(r.buf, r.buf[max(0, r.to-Window):r.to])
		r.to, r.err = r.Decode(r.buf, r.from)
	}
	n := copy(p, r.buf[r.from:r.to])
	r.from += n
	return n, nil
}
