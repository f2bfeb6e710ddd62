package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// maxResumes bounds how often a download that breaks off is taken up again.
const maxResumes = 8

// fetchBlob opens a blob of size bytes (-1 where nobody knows) at the first
// place that has it.
func fetchBlob(ctx context.Context, h v1.Hash, size int64, places []*endpoint) (io.ReadCloser, error) {
	ctx = context.WithValue(ctx, blobKey{}, true)
	var tried []error
	for _, e := range places {
		d := &download{ctx: ctx, from: e, digest: h, size: size}
		err := d.open()
		if err == nil {
			return d, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		tried = append(tried, err)
	}
	return nil, errors.Join(tried...)
}

// download reads a blob and goes on where a connection broke off.
type download struct {
	ctx     context.Context
	from    *endpoint
	digest  v1.Hash
	size    int64
	off     int64
	resumed int
	body    io.ReadCloser
}

// open asks for what is left.
func (d *download) open() error {
	resp, err := d.from.get(d.ctx, "blobs", d.digest.String(), d.off)
	if err != nil {
		return err
	}
	d.body = resp.Body
	if resp.StatusCode == http.StatusPartialContent || d.off == 0 {
		return nil
	}
	// The registry does not know ranges: skip what was read before.
	if _, err := io.CopyN(io.Discard, resp.Body, d.off); err != nil {
		return errors.Join(fmt.Errorf("resuming the download: %w", err), resp.Body.Close())
	}
	return nil
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.body.Read(p)
	d.off += int64(n)
	switch {
	case err == io.EOF && (d.size < 0 || d.off >= d.size):
		return n, io.EOF
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	if err == nil || d.ctx.Err() != nil {
		return n, err
	}
	for d.size >= 0 && d.resumed < maxResumes {
		d.resumed++
		select {
		case <-d.ctx.Done():
			return n, d.ctx.Err()
		case <-time.After(d.from.pause * time.Duration(d.resumed)):
		}
		d.body.Close()
		if again := d.open(); again == nil {
			return n, nil
		}
	}
	return n, fmt.Errorf("downloading %s: broken off after %d of %d bytes: %w", d.digest, d.off, d.size, err)
}

func (d *download) Close() error { return d.body.Close() }
