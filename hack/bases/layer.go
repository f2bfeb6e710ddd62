package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// layerFile makes a layer of the tar in src and keeps it in the file dst.
func layerFile(src io.Reader, dst string, epoch time.Time) (v1.Layer, error) {
	f, err := os.Create(dst)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if err := normalize(z, src, epoch); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromFile(dst, tarball.WithMediaType(types.OCILayer))
}

// normalize copies a tar so that its bytes depend on the files alone: no time
// is later than epoch, owners are numbers, names are plain relative paths.
// Device nodes are left out; the container runtime makes its own. The order
// of the entries stays, because a hard link must follow its target.
func normalize(dst io.Writer, src io.Reader, epoch time.Time) error {
	r, w := tar.NewReader(src), tar.NewWriter(dst)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return fmt.Errorf("reading a root file system: %w", err)
		}
		if h.Typeflag == tar.TypeChar || h.Typeflag == tar.TypeBlock || filepath.Clean(h.Name) == "." {
			continue
		}
		if err := w.WriteHeader(normalHeader(h, epoch)); err != nil {
			return fmt.Errorf("writing %s: %w", h.Name, err)
		}
		if _, err := io.Copy(w, r); err != nil {
			return fmt.Errorf("copying %s: %w", h.Name, err)
		}
	}
}

func normalHeader(h *tar.Header, epoch time.Time) *tar.Header {
	n := &tar.Header{
		Typeflag: h.Typeflag,
		Name:     relative(h.Name),
		Linkname: h.Linkname,
		Size:     h.Size,
		Mode:     h.Mode,
		Uid:      h.Uid,
		Gid:      h.Gid,
		ModTime:  h.ModTime.Truncate(time.Second),
	}
	if h.Typeflag == tar.TypeLink {
		n.Linkname = relative(h.Linkname)
	}
	if n.ModTime.After(epoch) {
		n.ModTime = epoch
	}
	for k, v := range h.PAXRecords {
		// File capabilities are extended attributes.
		if strings.HasPrefix(k, "SCHILY.xattr.") {
			if n.PAXRecords == nil {
				n.PAXRecords = map[string]string{}
			}
			n.PAXRecords[k] = v
		}
	}
	return n
}

func relative(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/")
}
