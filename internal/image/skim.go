package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"schlank/inventory"
)

// window reads an archive that can be sought, a piece at a time, so that
// archive/tar skips the contents of files.
type window struct {
	ctx       context.Context
	src       io.ReaderAt
	size, off int64
	// buf holds the archive from start on.
	buf   []byte
	start int64
}

// windowBytes is a header or two with a small file between them.
const windowBytes = 16 << 10

// Read reads from where the last Read or Seek ended.
func (w *window) Read(p []byte) (int, error) {
	if w.off < w.start || w.off >= w.start+int64(len(w.buf)) {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.buf[w.off-w.start:])
	w.off += int64(n)
	return n, nil
}

func (w *window) fill() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.off >= w.size {
		return io.EOF
	}
	w.buf = w.buf[:min(windowBytes, w.size-w.off)]
	n, err := w.src.ReadAt(w.buf, w.off)
	w.start, w.buf = w.off, w.buf[:n]
	if n > 0 {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the file is shorter than it was
	}
	return err
}

// Seek moves to an offset.
func (w *window) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += w.off
	case io.SeekEnd:
		offset += w.size
	}
	if offset < 0 {
		return w.off, errors.New("seeking to before the beginning")
	}
	w.off = offset
	return w.off, nil
}

// window opens a layer for skimming; nil for one that is compressed, or whose
// source can't be sought.
func (s *Source) window(ctx context.Context, b *blob) (*window, io.Closer, error) {
	raw, err := b.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	src, ok := raw.(io.ReaderAt)
	var magic [4]byte
	if ok && b.size <= s.limits.layerBytes {
		if n, _ := src.ReadAt(magic[:], 0); n == len(magic) && compressionByMagic(magic[:]) == plainTar {
			return &window{ctx: ctx, src: src, size: b.size, buf: make([]byte, 0, windowBytes)}, raw, nil
		}
	}
	return nil, nil, raw.Close() // whoever reads all of it will say what is wrong
}

// skim reads the headers of an uncompressed layer that can be sought, and of
// the files what somebody wants to know. Nothing is hashed. It returns false,
// and has done nothing, for layers of other kinds.
func (s *Source) skim(ctx context.Context, i int) (*scanned, bool, error) {
	b := &s.blobs[i]
	w, raw, err := s.window(ctx, b)
	if w == nil {
		return nil, false, err
	}
	defer raw.Close()
	out, err := scanArchive(&scanner{window: w, layer: i, limits: s.limits, lookers: lookers()})
	if err != nil {
		return nil, false, err
	}
	out.unverified = true
	if b.progress != nil {
		b.progress(int(b.size))
	}
	return out, true, nil
}

// skimmed are the bytes of a file that all who may want to see it decide by.
const skimmed = 4096

// peek reads the beginning of a file, and of the rest what somebody wants.
func (s *scanner) peek(e *inventory.Entry, size int64, keep io.Writer, body io.Reader) error {
	file := io.NewSectionReader(s.window.src, s.window.off, size)
	head := s.buf[:min(size, skimmed)]
	if _, err := io.ReadFull(body, head); err != nil {
		return err
	}
	if keep != nil {
		if _, err := keep.Write(head); err != nil {
			return err
		}
		if _, err := io.Copy(keep, body); err != nil {
			return err
		}
	}
	s.show(e, size, s.invite(e, size, head), file)
	return nil
}

// seek hands out files of a layer as bodies does, if the layer is one that is
// skimmed. Of several entries of one name and size the last is taken, for that
// is the one that stays.
func (s *Source) seek(ctx context.Context, i int, names map[string][]*wanted) (bool, error) {
	w, raw, err := s.window(ctx, &s.blobs[i])
	if w == nil {
		return false, err
	}
	defer raw.Close()
	found := map[*wanted]*io.SectionReader{}
	tr := tar.NewReader(w)
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
		p, _ := cleanName(hdr.Name)
		for _, want := range names[p] {
			if want.size == hdr.Size && hasBody(hdr.Typeflag) && !isSparse(hdr) {
				found[want] = io.NewSectionReader(w.src, w.off, hdr.Size)
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(names)) {
		for _, want := range names[p] {
			body, ok := found[want]
			if !ok {
				return false, fmt.Errorf("%s is sparse, or not there any more", shorten(p))
			}
			for _, take := range want.take {
				if _, err := body.Seek(0, io.SeekStart); err != nil {
					return false, err
				}
				if err := take(body); err != nil {
					return false, err
				}
			}
		}
	}
	return true, nil
}
