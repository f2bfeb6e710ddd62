package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"schlank/inventory"
)

// scanned is what one pass over a layer's archive yields.
type scanned struct {
	// packed are the entries in archive order, each Path as the archive has
	// it: entries take a fifth of the memory while other layers are read.
	packed packedEntries
	bodies map[string][]byte
	// records are what lookers said: looker → name → record.
	records map[string]map[string][]byte
	// captured is the sum of the lengths of bodies and records.
	captured    int64
	unknowns    []inventory.Unknown
	unlisted    int
	compression string
	// unverified says that nothing was hashed.
	unverified bool
	// partial says that the layer's bytes were not there.
	partial bool
}

// unknown lists what can't be read: one by one, and beyond maxUnknowns as a
// number.
func (s *scanned) unknown(p, reason string) {
	if s.unlisted++; len(s.unknowns) < maxUnknowns {
		s.unlisted = 0
		s.unknowns = append(s.unknowns, inventory.Unknown{Path: shorten(p), Reason: reason})
	}
}

// scanner reads one layer's archive.
type scanner struct {
	// The archive is read from feed or, if it is only skimmed, from window.
	feed    *feed
	window  *window
	limits  limits
	lookers []looker
	layer   int
	out     scanned
	buf     []byte
	spool   spool
	left    int64
	pack    packer
	// last is the entry read last, which is packed when it is known how
	// much was stored for it.
	last *inventory.Entry
	// names is the length of what entries keep in memory so far.
	names int64
}

// scan reads an archive to its end-of-archive mark.
func scan(f *feed, layer int, l limits, lookers []looker) (*scanned, error) {
	return scanArchive(&scanner{feed: f, limits: l, lookers: lookers, layer: layer})
}

func scanArchive(s *scanner) (*scanned, error) {
	l := s.limits
	s.buf, s.left = make([]byte, 64<<10), l.layerBytes
	s.out.bodies = map[string][]byte{}
	s.out.records = map[string]map[string][]byte{}
	defer s.spool.Close()
	tr := s.reader()
	for marked := int64(0); ; {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the archive after %d entries: %w", s.pack.count, err)
		}
		if s.pack.count+len(s.out.unknowns)+s.out.unlisted >= l.entries {
			return nil, fmt.Errorf("more than %d entries", l.entries)
		}
		if err := s.entry(hdr, tr); err != nil {
			return nil, fmt.Errorf("reading %q: %w", shorten(hdr.Name), err)
		}
		if s.names > l.nameBytes {
			return nil, fmt.Errorf("more than %d bytes of names, links and attributes", l.nameBytes)
		}
		if s.last != nil {
			now := s.storedBytes()
			s.last.Pull = now - marked
			s.pack.add(s.last)
			s.last, marked = nil, now
		}
	}
	if s.out.unlisted > 0 {
		more := fmt.Sprintf("%d more entries are not listed", s.out.unlisted)
		s.out.unknowns = append(s.out.unknowns, inventory.Unknown{Path: "/", Reason: more})
	}
	for i := range s.out.unknowns {
		s.out.unknowns[i].Layer = s.layer
	}
	s.out.packed = s.pack.entries()
	// A copy: what the layer was read with need not live as long.
	out := s.out
	return &out, nil
}

func (s *scanner) reader() *tar.Reader {
	if s.window != nil {
		return tar.NewReader(s.window)
	}
	return tar.NewReader(s.feed)
}

// storedBytes is how much of the stored layer was read.
func (s *scanner) storedBytes() int64 {
	if s.window != nil {
		return s.window.off
	}
	return s.feed.storedBytes()
}

// entry takes one header, and the body if there is one.
func (s *scanner) entry(hdr *tar.Header, body io.Reader) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	p, reason := cleanName(hdr.Name)
	if reason != "" {
		s.out.unknown(hdr.Name, reason)
		return nil
	}
	if target, opaque, ok, reason := whiteout(p); ok {
		switch {
		case reason != "":
			s.out.unknown(p, reason)
		case opaque:
			s.add(inventory.Entry{Path: target, Kind: inventory.KindOpaque})
		default:
			s.add(inventory.Entry{Path: target, Kind: inventory.KindWhiteout})
		}
		return nil
	}
	e := inventory.Entry{
		Path: p,
		Mode: fileMode(hdr.Mode),
		UID:  hdr.Uid,
		GID:  hdr.Gid,
	}
	if !hdr.ModTime.IsZero() {
		e.ModTime = hdr.ModTime.Unix()
	}
	if e.Xattrs, reason = xattrs(hdr.PAXRecords); reason != "" {
		s.out.unknown(p, reason)
	}
	switch {
	case hasBody(hdr.Typeflag):
		e.Kind = inventory.KindFile
		if err := s.content(&e, hdr, body); err != nil {
			return err
		}
	case hdr.Typeflag == tar.TypeDir:
		e.Kind = inventory.KindDir
	case hdr.Typeflag == tar.TypeSymlink:
		// Cloned, for it may be a part of a PAX header of a megabyte.
		e.Kind, e.Link = inventory.KindSymlink, strings.Clone(hdr.Linkname)
		if e.Link == "" || len(e.Link) > maxPath {
			s.out.unknown(p, "symlink whose text is empty or longer than 4096 bytes")
			return nil
		}
	case hdr.Typeflag == tar.TypeLink:
		e.Kind = inventory.KindHardlink
		if e.Link, reason = cleanName(hdr.Linkname); reason != "" {
			s.out.unknown(p, "hard link to "+shorten(hdr.Linkname)+": "+reason)
			return nil
		}
	case hdr.Typeflag == tar.TypeChar || hdr.Typeflag == tar.TypeBlock:
		e.Kind = inventory.KindDevice
	case hdr.Typeflag == tar.TypeFifo:
		e.Kind = inventory.KindFifo
	default:
		s.out.unknown(p, fmt.Sprintf("entry of unknown type %q", hdr.Typeflag))
		return nil
	}
	if p == "/" && e.Kind != inventory.KindDir {
		s.out.unknown(p, "root that is no directory")
		return nil
	}
	s.add(e)
	return nil
}

// hasBody says whether an entry of this type is a regular file.
func hasBody(typ byte) bool {
	return typ == tar.TypeReg || typ == tar.TypeCont || typ == tar.TypeGNUSparse
}

func (s *scanner) add(e inventory.Entry) {
	s.names += int64(len(e.Path) + len(e.Link))
	for name, value := range e.Xattrs {
		s.names += int64(len(name) + len(value))
	}
	s.last = &e
}

// fileMode turns tar's mode bits into Go's, the type left out.
func fileMode(mode int64) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for _, b := range []struct {
		tar int64
		fs  fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if mode&b.tar != 0 {
			m |= b.fs
		}
	}
	return m
}

// content reads a file: its digest, what is captured of it, its ELF facts.
func (s *scanner) content(e *inventory.Entry, hdr *tar.Header, body io.Reader) error {
	size := hdr.Size
	if s.left -= size; s.left < 0 {
		// Counted apart from the archive's bytes: a sparse file claims any
		// size with none of them.
		return errTooLarge
	}
	e.Size = size
	var keep *bytes.Buffer
	if limit := captureLimit(e.Path); limit > 0 {
		switch {
		case size > limit:
			s.out.unknown(e.Path, fmt.Sprintf("not read: %d bytes are more than the limit of %d", size, limit))
		case s.out.captured+size > s.limits.captureBytes:
			s.out.unknown(e.Path, fmt.Sprintf("not read: package data of this layer exceeds %d bytes", s.limits.captureBytes))
		default:
			keep = &bytes.Buffer{}
		}
	}
	if err := s.digest(e, hdr, keep, body); err != nil {
		return err
	}
	if keep != nil {
		s.out.bodies[e.Path] = keep.Bytes()
		s.out.captured += size
	}
	return nil
}

// digest reads a file and sets its digest. The feed makes it on the way,
// except for sparse files, whose content is not what the archive stores.
func (s *scanner) digest(e *inventory.Entry, hdr *tar.Header, keep *bytes.Buffer, body io.Reader) error {
	if isSparse(hdr) {
		h := sha256.New()
		err := s.copyBody(e, hdr.Size, keep, io.TeeReader(body, h))
		e.Digest = sumOf(h)
		return err
	}
	if s.window != nil {
		if keep == nil {
			return s.peek(e, hdr.Size, nil, body)
		}
		return s.peek(e, hdr.Size, keep, body)
	}
	s.feed.inFile = true
	err := s.copyBody(e, hdr.Size, keep, body)
	s.feed.inFile = false
	e.Digest = s.feed.fileDigest()
	return err
}

// isSparse says whether an archive stores a file without its holes, in any of
// the ways that archive/tar knows.
func isSparse(hdr *tar.Header) bool {
	for key := range hdr.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return hdr.Typeflag == tar.TypeGNUSparse
}

// copyBody reads the body in pieces, and shows it to those who want to look
// into it.
func (s *scanner) copyBody(e *inventory.Entry, size int64, keep *bytes.Buffer, body io.Reader) error {
	var audience audience
	for first := true; ; first = false {
		n, err := io.ReadFull(body, s.buf)
		data := s.buf[:n]
		if keep != nil {
			keep.Write(data)
		}
		if first {
			audience = s.invite(e, size, data)
			s.spool.Reset()
		}
		if !audience.empty() {
			if _, err := s.spool.Write(data); err != nil {
				return fmt.Errorf("buffering a file: %w", err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
			break
		}
		if err != nil {
			return err
		}
	}
	s.show(e, size, audience, &s.spool)
	return nil
}

// audience is who wants to see a file.
type audience struct {
	elf     bool
	lookers []*looker
}

func (a audience) empty() bool { return !a.elf && len(a.lookers) == 0 }

// invite asks who wants to see a file that begins with head.
func (s *scanner) invite(e *inventory.Entry, size int64, head []byte) audience {
	var a audience
	isELF := bytes.HasPrefix(head, []byte("\x7fELF"))
	if isELF && size > s.limits.elfBytes {
		s.out.unknown(e.Path, fmt.Sprintf("ELF file not read: %d bytes are more than the limit of %d", size, s.limits.elfBytes))
		return a
	}
	a.elf = isELF
	for i := range s.lookers {
		if s.lookers[i].wants(e.Path, size, head) {
			a.lookers = append(a.lookers, &s.lookers[i])
		}
	}
	return a
}

// show lets those who want to see a file look at it.
func (s *scanner) show(e *inventory.Entry, size int64, a audience, file io.ReaderAt) {
	if a.elf {
		facts, err := readELF(file)
		if err != nil {
			s.out.unknown(e.Path, "ELF file not understood: "+err.Error())
		}
		e.ELF = facts
	}
	for _, l := range a.lookers {
		record, err := l.see(e.Path, file, size)
		switch {
		case err != nil:
			s.out.unknown(e.Path, err.Error())
		case record == nil:
		case s.out.captured+int64(len(record)) > s.limits.captureBytes:
			s.out.unknown(e.Path, fmt.Sprintf("not read: package data of this layer exceeds %d bytes", s.limits.captureBytes))
		default:
			if s.out.records[l.name] == nil {
				s.out.records[l.name] = map[string][]byte{}
			}
			s.out.records[l.name][e.Path] = record
			s.out.captured += int64(len(record))
		}
	}
}
