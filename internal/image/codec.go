package image

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"

	"schlank/inventory"
)

// A scan as bytes, which take a quarter of its memory: for the cache, and
// while other layers are read. Numbers are varints, strings have their length
// in front, digests are raw, and paths omit what they share with the one
// before.

type encoder struct {
	b    []byte
	path string
}

func (w *encoder) number(v uint64) { w.b = binary.AppendUvarint(w.b, v) }
func (w *encoder) signed(v int64)  { w.b = binary.AppendVarint(w.b, v) }

func (w *encoder) text(s string) {
	w.number(uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *encoder) texts(list []string) {
	w.number(uint64(len(list)))
	for _, s := range list {
		w.text(s)
	}
}

// The parts that an entry may have.
const (
	hasDigest = 1 << iota
	hasELF
	hasLink
	hasXattrs
	allParts = hasDigest | hasELF | hasLink | hasXattrs
)

func (w *encoder) entry(e *inventory.Entry) {
	shared := 0
	for shared < min(len(e.Path), len(w.path)) && e.Path[shared] == w.path[shared] {
		shared++
	}
	w.path = e.Path
	w.number(uint64(e.Kind))
	w.number(uint64(shared))
	w.text(e.Path[shared:])
	w.number(uint64(e.Size))
	w.number(uint64(e.Mode))
	w.signed(int64(e.UID))
	w.signed(int64(e.GID))
	w.signed(e.ModTime)
	w.number(uint64(e.Pull))
	parts := uint64(0)
	for part, is := range map[uint64]bool{
		hasDigest: !e.Digest.IsZero(), hasELF: e.ELF != nil, hasLink: e.Link != "", hasXattrs: e.Xattrs != nil,
	} {
		if is {
			parts |= part
		}
	}
	w.number(parts)
	if parts&hasDigest != 0 {
		w.b = append(w.b, e.Digest[:]...)
	}
	if parts&hasELF != 0 {
		w.elf(e.ELF)
	}
	if parts&hasLink != 0 {
		w.text(e.Link)
	}
	if parts&hasXattrs != 0 {
		w.number(uint64(len(e.Xattrs)))
		for _, name := range slices.Sorted(maps.Keys(e.Xattrs)) {
			w.text(name)
			w.text(e.Xattrs[name])
		}
	}
}

func (w *encoder) elf(e *inventory.ELF) {
	for _, s := range []string{e.Class, e.Machine, e.Interp, e.Soname} {
		w.text(s)
	}
	for _, list := range [][]string{e.Needed, e.RPath, e.RunPath} {
		w.texts(list)
	}
	flags := uint64(0)
	for i, flag := range elfFlags(e) {
		if *flag {
			flags |= 1 << i
		}
	}
	w.number(flags)
}

// elfFlags are what is true or false of an ELF file.
func elfFlags(e *inventory.ELF) []*bool {
	return []*bool{&e.Debug, &e.Symbols, &e.Detached, &e.Executable}
}

func (w *encoder) files(m map[string][]byte) {
	w.number(uint64(len(m)))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		w.text(name)
		w.number(uint64(len(m[name])))
		w.b = append(w.b, m[name]...)
	}
}

// packedEntries are entries as bytes, how many they are, and the sum of their
// sizes.
type packedEntries struct {
	data  []byte
	count int
	size  int64
}

// packer packs entries one by one.
type packer struct {
	encoder
	count int
	size  int64
}

func (p *packer) add(e *inventory.Entry) {
	p.entry(e)
	p.count++
	p.size += e.Size
}

func (p *packer) entries() packedEntries {
	return packedEntries{slices.Clip(p.b), p.count, p.size}
}

// encodeScan writes a scan whose entries are packed.
func encodeScan(s *scanned) []byte {
	w := encoder{b: make([]byte, 0, len(s.packed.data)+int(s.captured)*2+4096)}
	w.text(s.compression)
	w.number(uint64(s.packed.count))
	w.number(uint64(s.packed.size))
	w.number(uint64(len(s.packed.data)))
	w.b = append(w.b, s.packed.data...)
	w.files(s.bodies)
	w.number(uint64(len(s.records)))
	for _, looker := range slices.Sorted(maps.Keys(s.records)) {
		w.text(looker)
		w.files(s.records[looker])
	}
	w.number(uint64(len(s.unknowns)))
	for _, u := range s.unknowns {
		w.text(u.Path)
		w.text(u.Reason)
	}
	return w.b
}

var errEncoding = errors.New("no valid encoding")

// decoder reads what an encoder wrote. After the first error it returns zero
// values.
type decoder struct {
	b    []byte
	path string
	err  error
	// paths is what the paths of many entries lie in: less to keep track of
	// for the garbage collector, and nothing lost to rounding.
	paths strings.Builder
}

func (r *decoder) fail() {
	if r.err == nil {
		r.err = errEncoding
	}
	r.b = nil
}

func (r *decoder) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *decoder) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads the number of things of at least least bytes each.
func (r *decoder) count(least int) int {
	n := r.number()
	if n > uint64(len(r.b)/least) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *decoder) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *decoder) text() string { return string(r.bytes(r.count(1))) }

func (r *decoder) texts() []string {
	n := r.count(1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}

func (r *decoder) size() int64 {
	v := r.number()
	if v > 1<<62 {
		r.fail()
		return 0
	}
	return int64(v)
}

func (r *decoder) entry(e *inventory.Entry) {
	e.Kind = inventory.Kind(min(r.number(), 255))
	shared, suffix := r.number(), r.bytes(r.count(1))
	if shared > uint64(len(r.path)) || e.Kind < inventory.KindFile || e.Kind > inventory.KindOpaque {
		r.fail()
		return
	}
	e.Path = r.join(r.path[:shared], suffix)
	r.path = e.Path
	if clean, reason := cleanName(e.Path); reason != "" || clean != e.Path {
		r.fail()
	}
	e.Size = r.size()
	e.Mode = fs.FileMode(r.number())
	e.UID, e.GID = int(r.signed()), int(r.signed())
	e.ModTime, e.Pull = r.signed(), r.size()
	parts := r.number()
	if parts > allParts {
		r.fail()
	}
	if parts&hasDigest != 0 {
		if sum := r.bytes(32); sum != nil {
			e.Digest = inventory.Digest(sum)
		}
	}
	if parts&hasELF != 0 {
		e.ELF = r.elf()
	}
	if parts&hasLink != 0 {
		e.Link = r.text()
	}
	if parts&hasXattrs != 0 {
		e.Xattrs = map[string]string{}
		for range r.count(2) {
			name := r.text()
			e.Xattrs[name] = r.text()
		}
	}
}

// pathsChunk is how many bytes of paths are allocated at once.
const pathsChunk = 32 << 10

// join joins the parts of a path.
func (r *decoder) join(a string, b []byte) string {
	if n := len(a) + len(b); r.paths.Cap()-r.paths.Len() < n {
		r.paths = strings.Builder{}
		r.paths.Grow(max(n, pathsChunk))
	}
	from := r.paths.Len()
	r.paths.WriteString(a)
	r.paths.Write(b)
	return r.paths.String()[from:]
}

func (r *decoder) elf() *inventory.ELF {
	e := &inventory.ELF{}
	for _, s := range []*string{&e.Class, &e.Machine, &e.Interp, &e.Soname} {
		*s = r.text()
	}
	for _, list := range []*[]string{&e.Needed, &e.RPath, &e.RunPath} {
		*list = r.texts()
	}
	flags := r.number()
	for i, flag := range elfFlags(e) {
		*flag = flags&(1<<i) != 0
	}
	return e
}

func (r *decoder) files() map[string][]byte {
	n := r.count(2)
	m := make(map[string][]byte, n)
	for range n {
		name := r.text()
		m[name] = r.bytes(r.count(1))
	}
	return m
}

// entryLeast is the length of the shortest entry.
const entryLeast = 10

// unpack returns the entries.
func (p packedEntries) unpack() ([]inventory.Entry, error) {
	r := decoder{b: p.data}
	if p.count > len(p.data)/entryLeast {
		return nil, errEncoding
	}
	entries := make([]inventory.Entry, p.count)
	size := int64(0)
	for i := range entries {
		if r.entry(&entries[i]); r.err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, r.err)
		}
		size += entries[i].Size
	}
	if len(r.b) > 0 || size != p.size {
		r.fail()
	}
	return entries, r.err
}

// decodeScan reads what encodeScan wrote. The scan shares the memory of b.
func decodeScan(b []byte, layer int) (*scanned, error) {
	r := decoder{b: b}
	s := &scanned{compression: r.text()}
	count, size := r.number(), r.size()
	s.packed = packedEntries{r.bytes(r.count(1)), int(min(count, math.MaxInt32)), size}
	s.bodies = r.files()
	s.records = map[string]map[string][]byte{}
	for range r.count(2) {
		looker := r.text()
		s.records[looker] = r.files()
	}
	for range r.count(2) {
		s.unknowns = append(s.unknowns, inventory.Unknown{Layer: layer, Path: r.text(), Reason: r.text()})
	}
	if len(r.b) > 0 {
		r.fail()
	}
	return s, r.err
}
