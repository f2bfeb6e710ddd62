package image

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"schlank/inventory"
)

// wants are contents to be read once more, by layer and by the name they have
// in its archive. An archive may have several entries of a name, so the digest
// says which.
type wants []map[string][]*wanted

type wanted struct {
	digest inventory.Digest
	size   int64
	take   []func(io.Reader) error
}

func (s *Source) newWants() wants { return make(wants, len(s.blobs)) }

// add wants the content of a file of the tree, by whatever name. take gets it
// when it has been read and its digest checked.
func (w wants) add(r *result, f *inventory.File, take func(io.Reader) error) {
	src := r.refAt(f.Path)
	if w[src.layer] == nil {
		w[src.layer] = map[string][]*wanted{}
	}
	for _, known := range w[src.layer][src.name] {
		if known.digest == f.Digest {
			known.take = append(known.take, take)
			return
		}
	}
	w[src.layer][src.name] = append(w[src.layer][src.name], &wanted{f.Digest, contentSize(r.img.Tree, f), []func(io.Reader) error{take}})
}

// errFound ends the reading of a layer early.
var errFound = errors.New("all found")

// bodies reads each layer that holds something wanted.
func (s *Source) bodies(ctx context.Context, want wants) error {
	for i, names := range want {
		if len(names) == 0 {
			continue
		}
		b := &s.blobs[i]
		if s.skims {
			if ok, err := s.seek(ctx, i, names); err != nil {
				return fmt.Errorf("reading files of layer %d of %d (%s): %w", i+1, len(s.blobs), b.name(), err)
			} else if ok {
				continue
			}
		}
		_, err := b.read(ctx, s.limits.unpacked(b.size), func(r *feed) error { return pull(r, names) })
		if err != nil && !errors.Is(err, errFound) {
			return fmt.Errorf("reading files of layer %d of %d (%s): %w", i+1, len(s.blobs), b.name(), err)
		}
	}
	return nil
}

// pull reads an archive until all names are found.
func pull(r io.Reader, names map[string][]*wanted) error {
	var body spool
	defer body.Close()
	tr := tar.NewReader(r)
	for len(names) > 0 {
		hdr, err := tr.Next()
		if err == io.EOF {
			return fmt.Errorf("%d files are not there any more", len(names))
		}
		if err != nil {
			return err
		}
		p, _ := cleanName(hdr.Name)
		if len(names[p]) == 0 || !hasBody(hdr.Typeflag) {
			continue
		}
		if err := pullOne(tr, hdr.Size, p, names, &body); err != nil {
			return err
		}
	}
	return errFound
}

// pullOne hands the content of one entry to those who want it.
func pullOne(tr io.Reader, size int64, p string, names map[string][]*wanted, body *spool) error {
	rest := names[p][:0:0]
	read, digest := false, inventory.Digest{}
	for _, w := range names[p] {
		if w.size != size {
			rest = append(rest, w)
			continue
		}
		if !read {
			body.Reset()
			h := sha256.New()
			if _, err := io.Copy(io.MultiWriter(body, h), tr); err != nil {
				return err
			}
			read, digest = true, sumOf(h)
		}
		if digest != w.digest {
			rest = append(rest, w)
			continue
		}
		for _, take := range w.take {
			if err := take(io.NewSectionReader(body, 0, size)); err != nil {
				return err
			}
		}
	}
	if names[p] = rest; len(rest) == 0 {
		delete(names, p)
	}
	return nil
}
