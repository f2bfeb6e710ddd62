package image

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

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
)

// maxZstdWindow bounds the memory that a zstd frame may ask for. 128 MiB is
// what `zstd --ultra --long=27` makes and every decoder takes by default.
const maxZstdWindow = 128 << 20

// errTooLarge says that a layer unpacks to more than the limit.
var errTooLarge = errors.New("layer is larger than the limit")

// decompress recognises the compression of r by its first bytes.
func decompress(r *bufio.Reader) (io.ReadCloser, string, error) {
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, "", err
		}
		return z, gzipped, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, "", err
		}
		return z.IOReadCloser(), zstded, nil
	case bytes.HasPrefix(magic, []byte("BZh")), bytes.HasPrefix(magic, []byte{0xfd, '7', 'z', 'X'}):
		return nil, "", errors.New("compressed with bzip2 or xz, which the OCI image specification does not know")
	}
	return io.NopCloser(r), plainTar, nil
}

// read streams the uncompressed archive to fn and then checks both digests.
// It returns how the blob is compressed.
func (b *blob) read(ctx context.Context, maxBytes int64, fn func(io.Reader) error) (string, error) {
	raw, err := b.open(ctx)
	if err != nil {
		return "", err
	}
	defer raw.Close()
	stored := &hashReader{r: &contextReader{ctx, raw}, h: sha256.New()}
	buffered := bufio.NewReaderSize(stored, 256<<10)
	plain, compression, err := decompress(buffered)
	if err != nil {
		return "", err
	}
	defer plain.Close()
	var unpacked *hashReader
	if compression == plainTar {
		// The stored bytes are the archive: hash them once.
		unpacked = &hashReader{r: plain}
	} else {
		unpacked = &hashReader{r: plain, h: sha256.New()}
	}
	ahead := newReadAhead(&limitReader{unpacked, maxBytes})
	err = fn(ahead)
	if err == nil {
		// What follows the archive's end counts for the digests.
		_, err = io.Copy(io.Discard, ahead)
	}
	ahead.Close()
	if err == nil {
		_, err = io.Copy(io.Discard, buffered)
	}
	if err != nil {
		return "", err
	}
	if compression == plainTar {
		unpacked = stored
	}
	return compression, b.verify(stored, unpacked)
}

func (b *blob) verify(stored, unpacked *hashReader) error {
	if got := stored.digest(); b.digest != "" && got != b.digest {
		return fmt.Errorf("stored bytes have digest %s, want %s", got, b.digest)
	}
	if got := unpacked.digest(); b.diffID != "" && got != b.diffID {
		return fmt.Errorf("uncompressed bytes have digest %s, want diffID %s", got, b.diffID)
	}
	return nil
}

// hashReader hashes what is read through it, if h is set.
type hashReader struct {
	r io.Reader
	h hash.Hash
}

func (r *hashReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if r.h != nil {
		r.h.Write(p[:n])
	}
	return n, err
}

func (r *hashReader) digest() string {
	return "sha256:" + hex.EncodeToString(r.h.Sum(nil))
}

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

// contextReader ends a read when the context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
