package image

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Bounds on archives of images: the files in one, the length of their names,
// and its unpacked size.
const (
	maxArchiveFiles = 1 << 18
	maxArchiveNames = 64 << 20
	maxArchiveBytes = 1 << 40
)

// tarStore is a tar archive on disk; its files are read in place.
type tarStore struct {
	file  *os.File
	parts map[string]part
}

// part is where a file lies in the archive, or the name it is a link to.
type part struct {
	off, size int64
	link      string
	// sparse files are not stored as they are, and no program makes them
	// parts of an image.
	sparse bool
}

// openArchive opens an image of a docker or OCI archive. at names it by a
// reference or tag, "" the only image.
func openArchive(file, at string, opts Options) (*Source, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("opening the archive: %w", err)
	}
	s, err := archiveSource(f, at, opts)
	if err != nil {
		return nil, fmt.Errorf("opening the archive %s: %w", file, err)
	}
	s.Name, s.Kind = file, KindArchive
	return s, nil
}

// archiveSource takes f over; Close of the source closes it.
func archiveSource(f *os.File, at string, opts Options) (*Source, error) {
	f, remove, err := unpacked(f, opts.tempDir())
	if err != nil {
		return nil, err
	}
	closer := func() error { return errors.Join(f.Close(), remove()) }
	s, err := indexedSource(f, at, opts)
	if err != nil {
		return nil, errors.Join(err, closer())
	}
	s.closer = closer
	return s, nil
}

func indexedSource(f *os.File, at string, opts Options) (*Source, error) {
	st, err := indexTar(f)
	if err != nil {
		return nil, err
	}
	if _, ok := st.parts["index.json"]; ok {
		return openStore(st, at, opts)
	}
	if _, ok := st.parts["manifest.json"]; ok {
		return dockerSource(st, at)
	}
	if _, ok := st.parts["repositories"]; ok {
		return nil, errors.New("saved by a Docker older than 1.10, which images of today can't be read with; load and save it again")
	}
	return nil, errors.New("neither index.json (OCI) nor manifest.json (docker save) in it")
}

// openSavedDir opens an unpacked docker archive.
func openSavedDir(dir, at string) (*Source, error) {
	s, err := dockerSource(dirStore(dir), at)
	if err != nil {
		return nil, fmt.Errorf("opening the docker archive unpacked to %s: %w", dir, err)
	}
	s.Name, s.Kind = dir, KindArchive
	return s, nil
}

// unpacked decompresses an archive to a temporary file if need be: its parts
// are read in any order.
func unpacked(f *os.File, tempDir string) (*os.File, func() error, error) {
	nothing := func() error { return nil }
	r, compression, err := decompress(bufio.NewReader(f))
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	defer r.Close()
	if compression == plainTar {
		return f, nothing, nil
	}
	defer f.Close()
	tmp, err := os.CreateTemp(tempDir, "schlank-archive-*.tar")
	if err != nil {
		return nil, nil, err
	}
	if _, err := io.Copy(tmp, &limitReader{r, maxArchiveBytes}); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("decompressing: %w", err), tmp.Close(), os.Remove(tmp.Name()))
	}
	return tmp, func() error { return os.Remove(tmp.Name()) }, nil
}

// indexTar notes where the files of an archive are. The tar reader skips
// bodies by seeking.
func indexTar(f *os.File) (*tarStore, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	st := &tarStore{file: f, parts: map[string]part{}}
	tr := tar.NewReader(f)
	names := 0
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return st, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the archive: %w", err)
		}
		p, reason := cleanName(hdr.Name)
		if reason != "" || len(hdr.Linkname) > maxPath {
			continue
		}
		p = strings.TrimPrefix(p, "/")
		if names += len(p) + len(hdr.Linkname); len(st.parts) >= maxArchiveFiles || names > maxArchiveNames {
			return nil, fmt.Errorf("more than %d files, or more than %d bytes of names", maxArchiveFiles, maxArchiveNames)
		}
		switch hdr.Typeflag {
		case tar.TypeReg:
			off, err := f.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			st.parts[p] = part{off: off, size: hdr.Size, sparse: isSparse(hdr)}
		case tar.TypeSymlink: // old `docker save` wrote one for a layer twice used
			st.parts[p] = part{link: path.Join(path.Dir(p), hdr.Linkname)}
		case tar.TypeLink:
			st.parts[p] = part{link: path.Join(".", hdr.Linkname)}
		}
	}
}

// section is a file of an archive. It can be read at any offset.
type section struct{ *io.SectionReader }

// Close does nothing: the archive stays open.
func (section) Close() error { return nil }

func (st *tarStore) open(name string) (io.ReadCloser, int64, error) {
	name = path.Clean(name)
	for range maxLinks {
		p, ok := st.parts[name]
		if !ok {
			return nil, 0, fmt.Errorf("%s: %w", shorten(name), fs.ErrNotExist)
		}
		if p.sparse {
			return nil, 0, fmt.Errorf("%s is stored as a sparse file", shorten(name))
		}
		if p.link == "" {
			return section{io.NewSectionReader(st.file, p.off, p.size)}, p.size, nil
		}
		name = p.link
	}
	return nil, 0, fmt.Errorf("%s: links loop", shorten(name))
}

// saved is an image in the manifest.json of a docker archive.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// maxSaved bounds the images of one archive.
const maxSaved = 10_000

// dockerSource reads the form that `docker save` wrote before version 25:
// uncompressed layers and a config, no manifest.
func dockerSource(st store, at string) (*Source, error) {
	image, err := pickSaved(st, at)
	if err != nil {
		return nil, err
	}
	data, err := document(st, image.Config)
	if err != nil {
		return nil, fmt.Errorf("reading the image config: %w", err)
	}
	// The config's name is its digest.
	if h, err := v1.NewHash("sha256:" + strings.TrimSuffix(path.Base(image.Config), ".json")); err == nil {
		if err := checkDigest(data, h); err != nil {
			return nil, fmt.Errorf("reading the image config: %w", err)
		}
	}
	cf, err := parseConfig(data, len(image.Layers))
	if err != nil {
		return nil, err
	}
	s := &Source{config: cf, limits: defaultLimits()}
	for i, name := range image.Layers {
		r, size, err := st.open(name)
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i+1, err)
		}
		s.blobs = append(s.blobs, blob{
			diffID: cf.RootFS.DiffIDs[i].String(),
			size:   size,
			open: func(context.Context) (io.ReadCloser, error) {
				r, _, err := st.open(name)
				return r, err
			},
		})
	}
	return s, nil
}

func pickSaved(st store, at string) (*saved, error) {
	data, err := document(st, "manifest.json")
	if err != nil {
		return nil, err
	}
	var images []saved
	if err := json.Unmarshal(data, &images); err != nil {
		return nil, fmt.Errorf("parsing manifest.json: %w", err)
	}
	var tags []string
	if len(images) > maxSaved {
		return nil, fmt.Errorf("%d images are more than the limit of %d", len(images), maxSaved)
	}
	for i := range images {
		for _, tag := range images[i].RepoTags {
			tags = append(tags, tag)
			if at != "" && (tag == at || sameReference(tag, at)) {
				return &images[i], nil
			}
		}
	}
	switch {
	case at != "":
		return nil, fmt.Errorf("%w: %q; it has %s", ErrNotFound, at, several(tags))
	case len(images) == 0:
		return nil, errors.New("no image in it")
	case len(images) > 1:
		return nil, fmt.Errorf("%d images in it, name one: %s", len(images), several(tags))
	}
	return &images[0], nil
}
