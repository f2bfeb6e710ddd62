package image

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"schlank/inventory"
)

// openRoot opens a root file system in a directory as an image of one layer.
// It is read in place, by way of an archive that is made while it is read; no
// link leads out of it.
func openRoot(dir string, opts Options) (*Source, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("opening the root file system: %w", err)
	}
	if !isDir(dir) {
		return nil, fmt.Errorf("opening the root file system: %s is no directory", dir)
	}
	p, err := parsePlatform(opts.Platform)
	if err != nil {
		return nil, err
	}
	d := &directory{path: dir}
	return &Source{
		Name:   dir,
		Kind:   KindDirectory,
		config: &v1.ConfigFile{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant},
		limits: defaultLimits(),
		blobs:  []blob{{diffID: "", open: d.open, unread: d.unread}},
	}, nil
}

// looksLikeRoot says whether a directory has what every root file system has
// and hardly any project.
func looksLikeRoot(dir string) bool {
	n := 0
	for _, name := range []string{"bin", "etc", "lib", "sbin", "usr", "var"} {
		if isDir(filepath.Join(dir, name)) {
			n++
		}
	}
	return n >= 3
}

// directory is a root file system.
type directory struct {
	path string

	mu       sync.Mutex
	unknowns []inventory.Unknown
}

// unread returns what the last reading could not read.
func (d *directory) unread() []inventory.Unknown {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unknowns
}

// open starts a reading of the directory.
func (d *directory) open(ctx context.Context) (io.ReadCloser, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffered := bufio.NewWriterSize(w, 256<<10)
		walk := &walk{ctx: ctx, root: root, w: tar.NewWriter(buffered), links: map[fileID]string{}, buf: make([]byte, 256<<10)}
		err := walk.all()
		if err == nil {
			err = errors.Join(walk.w.Close(), buffered.Flush())
		}
		d.mu.Lock()
		d.unknowns = walk.unknowns
		d.mu.Unlock()
		w.CloseWithError(errors.Join(err, root.Close()))
	}()
	return &walkReader{r, done}, nil
}

// walkReader waits at its end for the walk to end.
type walkReader struct {
	*io.PipeReader
	done chan struct{}
}

func (r *walkReader) Close() error {
	err := r.PipeReader.Close()
	<-r.done
	return err
}

// fileID tells a file from others on the machine.
type fileID struct{ dev, ino uint64 }

// walk writes a directory as an archive.
type walk struct {
	ctx      context.Context
	root     *os.Root
	w        *tar.Writer
	links    map[fileID]string // files with several names: their first
	dev      uint64
	buf      []byte
	unknowns []inventory.Unknown
}

func (w *walk) unknown(p, reason string) {
	w.unknowns = append(w.unknowns, inventory.Unknown{Path: "/" + p, Reason: reason})
}

func (w *walk) all() error {
	info, err := w.root.Stat(".")
	if err != nil {
		return err
	}
	w.dev = statOf(info).id.dev
	if err := w.w.WriteHeader(header(".", info)); err != nil {
		return err
	}
	return w.dir(".")
}

// dir writes what is in a directory. Errors are those of writing; what can't
// be read is listed.
func (w *walk) dir(at string) error {
	f, err := w.root.Open(at)
	if err != nil {
		w.unknown(at, "directory not read: "+cause(err))
		return nil
	}
	entries, err := f.ReadDir(-1)
	if err != nil {
		w.unknown(at, "directory not read to its end: "+cause(err))
	}
	f.Close()
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := w.entry(path.Join(at, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(p string) error {
	info, err := w.root.Lstat(p)
	if err != nil {
		w.unknown(p, cause(err))
		return nil
	}
	if strings.HasPrefix(path.Base(p), whiteoutPrefix) {
		w.unknown(p, "name that would mean a deletion in a layer")
		return nil
	}
	h := header(p, info)
	switch info.Mode().Type() {
	case fs.ModeDir:
		h.Name += "/"
		if err := w.header(p, h); err != nil {
			return err
		}
		if statOf(info).id.dev != w.dev {
			w.unknown(p, "another file system is mounted here, which is not read")
			return nil
		}
		return w.dir(p)
	case fs.ModeSymlink:
		h.Typeflag = tar.TypeSymlink
		if h.Linkname, err = w.root.Readlink(p); err != nil {
			w.unknown(p, cause(err))
			return nil
		}
	case fs.ModeNamedPipe, fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
	case 0:
		return w.file(p, info, h)
	default:
		w.unknown(p, "socket or another kind of file that layers can't hold")
		return nil
	}
	return w.header(p, h)
}

// header writes a header. A name that no archive can hold is listed.
func (w *walk) header(p string, h *tar.Header) error {
	err := w.w.WriteHeader(h)
	if errors.Is(err, tar.ErrHeader) {
		w.unknown(p, err.Error())
		return nil
	}
	return err
}

// file writes a regular file, or a further name of one.
func (w *walk) file(p string, info fs.FileInfo, h *tar.Header) error {
	st := statOf(info)
	if first, ok := w.links[st.id]; ok && st.names > 1 {
		h.Typeflag, h.Linkname, h.Size = tar.TypeLink, first, 0
		return w.header(p, h)
	}
	f, err := w.root.OpenFile(p, os.O_RDONLY|noFollow, 0)
	if err != nil {
		w.unknown(p, "not read: "+cause(err))
		return nil
	}
	defer f.Close()
	// What is open now may be another file than what was looked at.
	now, err := f.Stat()
	if err != nil || !os.SameFile(info, now) {
		w.unknown(p, "not read: it was replaced in the meantime")
		return nil
	}
	h.Size = now.Size()
	if capability := capabilityOf(f, info); capability != "" {
		h.PAXRecords = map[string]string{xattrPrefix + "security.capability": capability}
	}
	if err := w.w.WriteHeader(h); err != nil {
		if errors.Is(err, tar.ErrHeader) {
			w.unknown(p, err.Error())
			return nil
		}
		return err
	}
	if st.names > 1 {
		w.links[st.id] = p
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{w.w}, struct{ io.Reader }{io.LimitReader(f, h.Size)}, w.buf)
	if n == h.Size && err == nil {
		return nil
	}
	if w.ctx.Err() != nil || errors.Is(err, io.ErrClosedPipe) {
		return errors.Join(w.ctx.Err(), err)
	}
	reason := "it became shorter"
	if err != nil {
		reason = cause(err)
	}
	w.unknown(p, fmt.Sprintf("only %d of %d bytes read, the rest taken as zeros: %s", n, h.Size, reason))
	_, err = io.CopyN(w.w, zeros{}, h.Size-n)
	return err
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// header describes a file; links and contents are left to fill in.
func header(p string, info fs.FileInfo) *tar.Header {
	st := statOf(info)
	h := &tar.Header{Name: p, ModTime: info.ModTime().Truncate(1e9), Uid: st.uid, Gid: st.gid, Mode: int64(info.Mode().Perm()), Format: tar.FormatPAX}
	for bit, mode := range map[int64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if info.Mode()&mode != 0 {
			h.Mode |= bit
		}
	}
	switch info.Mode().Type() {
	case fs.ModeDir:
		h.Typeflag = tar.TypeDir
	case fs.ModeNamedPipe:
		h.Typeflag = tar.TypeFifo
	case fs.ModeDevice:
		h.Typeflag = tar.TypeBlock
	case fs.ModeDevice | fs.ModeCharDevice:
		h.Typeflag = tar.TypeChar
	default:
		h.Typeflag = tar.TypeReg
	}
	return h
}

// cause is what the system said, without the path.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
