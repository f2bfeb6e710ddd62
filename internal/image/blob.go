package image

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"

	"schlank/internal/image/gunzip"
	"schlank/inventory"
)

// blob is a layer as stored.
type blob struct {
	// digest is the digest of the stored bytes, "" where the source has none.
	digest string
	// diffID is the digest of the uncompressed tar archive.
	diffID string
	// size is the number of stored bytes.
	size int64
	open func(ctx context.Context) (io.ReadCloser, error)
	// progress takes the length of each piece that is read, unless nil.
	progress func(n int)
	// unread returns what could not be put into the archive that was read
	// last, nil for a source that is one.
	unread func() []inventory.Unknown
}

// name is what errors call the layer.
func (b *blob) name() string {
	if b.digest != "" {
		return b.digest
	}
	return b.diffID
}

// The ways a layer is stored, as in inventory.Layer.Compression.
const (
	plainTar = ""
	gzipped  = "gzip"
	zstded   = "zstd"

	unknownCompression = "unknown"
)

// maxZstdWindow bounds the memory that a zstd frame may ask for. 128 MiB is
// what `zstd --ultra --long=27` makes and every decoder takes by default.
const maxZstdWindow = 128 << 20

// errTooLarge says that a layer unpacks to more than the limit.
var errTooLarge = errors.New("layer is larger than the limit")

// compressionOf recognises the compression of r by its first bytes.
func compressionOf(r *bufio.Reader) (string, error) {
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	compression := compressionByMagic(magic)
	if compression == unknownCompression {
		return "", errors.New("compressed with bzip2 or xz, which the OCI image specification does not know")
	}
	return compression, nil
}

// compressionByMagic recognises a compression by its first four bytes.
func compressionByMagic(magic []byte) string {
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstded
	case bytes.HasPrefix(magic, []byte("BZh")), bytes.HasPrefix(magic, []byte{0xfd, '7', 'z', 'X'}):
		return unknownCompression
	}
	return plainTar
}

// decompress returns what is in r, and how it was compressed.
func decompress(r *bufio.Reader) (io.ReadCloser, string, error) {
	compression, err := compressionOf(r)
	if err != nil {
		return nil, "", err
	}
	switch compression {
	case gzipped:
		return io.NopCloser(gunzip.NewReader(r)), compression, nil
	case zstded:
		z, err := newZstd(r)
		if err != nil {
			return nil, "", err
		}
		return z.IOReadCloser(), compression, nil
	}
	return io.NopCloser(r), compression, nil
}

// newZstd returns a decoder without goroutines of its own.
func newZstd(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
}

// read streams the uncompressed archive to fn and then checks both digests.
// It returns how the blob is compressed. Three goroutines share the work: one
// reads and hashes the blob, one unpacks it, and fn's hashes what it reads.
func (b *blob) read(ctx context.Context, maxBytes int64, fn func(*feed) error) (string, error) {
	raw, err := b.open(ctx)
	if err != nil {
		return "", err
	}
	defer raw.Close()
	r := bufio.NewReader(&contextReader{ctx, raw, b.progress})
	compression, err := compressionOf(r)
	if err != nil {
		return "", err
	}
	if compression == plainTar {
		// The stored bytes are the archive: they are hashed once.
		count := &countReader{r: r}
		unpacked, err := consume(newFeed(readFiller{count}, 0, maxBytes, count.count), fn)
		if err != nil {
			return "", err
		}
		return compression, b.verify(unpacked, unpacked)
	}
	stored := sha256.New()
	ahead := newReadAhead(io.TeeReader(r, stored))
	defer ahead.Close()
	unpacked, err := unpack(ahead, compression, maxBytes, fn)
	if err != nil {
		return "", err
	}
	return compression, b.verify(sumOf(stored).String(), unpacked)
}

// unpack decompresses r, to the end of r, for fn to read, and returns the
// archive's digest.
func unpack(r io.Reader, compression string, maxBytes int64, fn func(*feed) error) (string, error) {
	var f *feed
	if compression == gzipped {
		z := gunzip.NewDecoder(r)
		f = newFeed(z, gunzip.Window, maxBytes, z.Consumed)
	} else {
		count := &countReader{r: r}
		z, err := newZstd(count)
		if err != nil {
			return "", err
		}
		defer z.Close()
		f = newFeed(readFiller{z}, 0, maxBytes, count.count)
	}
	digest, err := consume(f, fn)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, r)
	return digest, err
}

// consume lets fn read and then reads the rest: what follows the archive's
// end counts for the digest.
func consume(f *feed, fn func(*feed) error) (string, error) {
	defer f.Close()
	if err := fn(f); err != nil {
		return "", err
	}
	f.inFile = false
	_, err := io.Copy(io.Discard, f)
	return f.digest(), err
}

// sumOf is the digest of what was written to a SHA-256.
func sumOf(h hash.Hash) inventory.Digest { return inventory.Digest(h.Sum(nil)) }

func (b *blob) verify(stored, unpacked string) error {
	if b.digest != "" && stored != b.digest {
		return fmt.Errorf("stored bytes have digest %s, want %s", stored, b.digest)
	}
	if b.diffID != "" && unpacked != b.diffID {
		return fmt.Errorf("uncompressed bytes have digest %s, want diffID %s", unpacked, b.diffID)
	}
	return nil
}

// countReader counts what is read through it.
type countReader struct {
	r io.Reader
	n int64
}

func (r *countReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	return n, err
}

func (r *countReader) count() int64 { return r.n }

// limitReader fails where io.LimitReader would claim the end of the stream.
type limitReader struct {
	r    io.Reader
	left int64
}

func (r *limitReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// contextReader ends a read when the context does, and tells how it goes.
type contextReader struct {
	ctx context.Context
	r   io.Reader
	// progress takes the length of each piece that is read, unless nil.
	progress func(n int)
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if r.progress != nil {
		r.progress(n)
	}
	return n, err
}
