package ocistore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Blobs reads the blobs of the OCI layout in dir. Unlike containerd's own
// store it never writes there, so the layout may belong to somebody else or
// lie on a read-only file system.
func Blobs(dir string) content.Store { return blobs{dir} }

type blobs struct{ dir string }

var errReadOnly = fmt.Errorf("the OCI layout is only read: %w", errdefs.ErrNotImplemented)

func (b blobs) path(d digest.Digest) (string, error) {
	if err := d.Validate(); err != nil {
		return "", fmt.Errorf("blob %q: %w", d, err)
	}
	return filepath.Join(b.dir, ocispecs.ImageBlobsDir, d.Algorithm().String(), d.Encoded()), nil
}

// Info tells the size of a blob.
func (b blobs) Info(_ context.Context, d digest.Digest) (content.Info, error) {
	path, err := b.path(d)
	if err != nil {
		return content.Info{}, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return content.Info{}, blobError(d, err)
	}
	return content.Info{Digest: d, Size: st.Size(), CreatedAt: st.ModTime(), UpdatedAt: st.ModTime()}, nil
}

// ReaderAt opens a blob.
func (b blobs) ReaderAt(_ context.Context, desc ocispecs.Descriptor) (content.ReaderAt, error) {
	path, err := b.path(desc.Digest)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, blobError(desc.Digest, err)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return blob{f, st.Size()}, nil
}

func blobError(d digest.Digest, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob %s: %w", d, errdefs.ErrNotFound)
	}
	return err
}

type blob struct {
	*os.File
	size int64
}

// Size is the size in bytes.
func (b blob) Size() int64 { return b.size }

// The rest of content.Store changes or lists things, which a reader does not.

func (blobs) Update(context.Context, content.Info, ...string) (content.Info, error) {
	return content.Info{}, errReadOnly
}
func (blobs) Walk(context.Context, content.WalkFunc, ...string) error { return errReadOnly }
func (blobs) Delete(context.Context, digest.Digest) error             { return errReadOnly }
func (blobs) Status(context.Context, string) (content.Status, error) {
	return content.Status{}, errReadOnly
}
func (blobs) ListStatuses(context.Context, ...string) ([]content.Status, error) {
	return nil, errReadOnly
}
func (blobs) Abort(context.Context, string) error { return errReadOnly }
func (blobs) Writer(context.Context, ...content.WriterOpt) (content.Writer, error) {
	return nil, errReadOnly
}
