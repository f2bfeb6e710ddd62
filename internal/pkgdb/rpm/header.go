package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

// The tags of a package's header that are of use (rpm's include/rpm/rpmtag.h).
const (
	tagName          = 1000
	tagVersion       = 1001
	tagRelease       = 1002
	tagEpoch         = 1003
	tagArch          = 1022
	tagOldFileNames  = 1027
	tagFileStates    = 1029
	tagFileModes     = 1030
	tagFileFlags     = 1037
	tagSourceRPM     = 1044
	tagProvideName   = 1047
	tagRequireName   = 1049
	tagDirIndexes    = 1116
	tagBaseNames     = 1117
	tagDirNames      = 1118
	tagRecommendName = 5046
)

// The types of values.
const (
	typeChar        = 1
	typeInt8        = 2
	typeInt16       = 3
	typeInt32       = 4
	typeString      = 6
	typeStringArray = 8
	typeI18NString  = 9
)

// fileConfig flags a configuration file.
const fileConfig = 1

// The states of files that are not the package's: another package has put its
// own there, or they were not installed.
const (
	stateReplaced     = 1
	stateNotInstalled = 2
	stateWrongColor   = 4
)

// maxPath is Linux's PATH_MAX.
const maxPath = 4096

var errHeader = errors.New("header of a package not understood")

// header is a package's header: an index of 16-byte entries, and the data
// they point to.
type header struct {
	entries map[uint32]entry
	data    []byte
}

type entry struct{ kind, offset, count uint32 }

// parseHeader reads the form in which databases keep headers: the lengths of
// both parts, all numbers big-endian.
func parseHeader(blob []byte) (*header, error) {
	const entrySize = 16
	if len(blob) < 8 {
		return nil, errHeader
	}
	n, size := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	blob = blob[8:]
	if uint64(n)*entrySize+uint64(size) > uint64(len(blob)) {
		return nil, errHeader
	}
	h := &header{entries: map[uint32]entry{}, data: blob[n*entrySize:][:size]}
	for i := range n {
		e := blob[i*entrySize:]
		tag := binary.BigEndian.Uint32(e)
		if _, ok := h.entries[tag]; !ok {
			h.entries[tag] = entry{binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])}
		}
	}
	return h, nil
}

// at returns the data from an entry's offset on.
func (h *header) at(e entry) []byte {
	if uint64(e.offset) > uint64(len(h.data)) {
		return nil
	}
	return h.data[e.offset:]
}

// strings returns the values of a tag that holds text.
func (h *header) strings(tag uint32) []string {
	e := h.entries[tag]
	switch e.kind {
	case typeString:
		e.count = 1
	case typeStringArray, typeI18NString:
	default:
		return nil
	}
	data := h.at(e)
	out := make([]string, 0, min(e.count, uint32(len(data))))
	for range e.count {
		end := bytes.IndexByte(data, 0)
		if end < 0 {
			break
		}
		out = append(out, string(data[:end]))
		data = data[end+1:]
	}
	return out
}

// string returns the first value of a tag that holds text.
func (h *header) string(tag uint32) string {
	if all := h.strings(tag); len(all) > 0 {
		return all[0]
	}
	return ""
}

// ints returns the values of a tag that holds numbers.
func (h *header) ints(tag uint32) []uint32 {
	e := h.entries[tag]
	data := h.at(e)
	var width int
	switch e.kind {
	case typeChar, typeInt8:
		width = 1
	case typeInt16:
		width = 2
	case typeInt32:
		width = 4
	default:
		return nil
	}
	n := min(int(min(e.count, 1<<28)), len(data)/width)
	out := make([]uint32, n)
	for i := range out {
		v := data[i*width:]
		switch width {
		case 1:
			out[i] = uint32(v[0])
		case 2:
			out[i] = uint32(binary.BigEndian.Uint16(v))
		default:
			out[i] = binary.BigEndian.Uint32(v)
		}
	}
	return out
}

// packageOf makes a package of a header.
func packageOf(blob []byte) (inventory.Package, error) {
	h, err := parseHeader(blob)
	if err != nil {
		return inventory.Package{}, err
	}
	pkg := inventory.Package{
		Type:         inventory.Rpm,
		Name:         h.string(tagName),
		Version:      h.version(),
		Architecture: h.string(tagArch),
		Source:       sourceName(h.string(tagSourceRPM)),
		Depends:      capabilities(h.strings(tagRequireName)),
		Recommends:   capabilities(h.strings(tagRecommendName)),
		Provides:     capabilities(h.strings(tagProvideName)),
	}
	if pkg.Name == "" || pkg.Version == "" {
		return pkg, fmt.Errorf("%w: no name or version", errHeader)
	}
	if pkg.Source == "" {
		pkg.Source = pkg.Name
	}
	return pkg, h.files(&pkg)
}

// version is epoch, version and release as rpm writes them: "1:2.3-4.el9". An
// epoch of 0, which means the same as none, is left out.
func (h *header) version() string {
	v := h.string(tagVersion)
	if r := h.string(tagRelease); v != "" && r != "" {
		v += "-" + r
	}
	if e := h.ints(tagEpoch); v != "" && len(e) > 0 && e[0] > 0 {
		v = fmt.Sprintf("%d:%s", e[0], v)
	}
	return v
}

// sourceName cuts "bash-5.1.8-9.el9.src.rpm" to "bash".
func sourceName(file string) string {
	name := file
	for range 2 { // release and version hold no "-"
		i := strings.LastIndexByte(name, '-')
		if i < 0 {
			return ""
		}
		name = name[:i]
	}
	return name
}

// capabilities are the names that packages require and provide, sorted. What
// rpm itself has to be able to do is left out; of "(a if b)" the names are
// taken.
func capabilities(names []string) []string {
	var out []string
	for _, n := range names {
		switch {
		case strings.HasPrefix(n, "rpmlib("):
		case strings.HasPrefix(n, "("):
			out = append(out, richNames(n)...)
		default:
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// richNames lists the names in a boolean dependency: "((a >= 1 or b) if c)".
func richNames(dep string) []string {
	var out []string
	for word := range strings.FieldsSeq(dep) {
		word = strings.TrimLeft(word, "(")
		for strings.HasSuffix(word, ")") && strings.Count(word, "(") < strings.Count(word, ")") {
			word = strings.TrimSuffix(word, ")")
		}
		switch word {
		case "", "and", "or", "if", "unless", "else", "with", "without", "<", "<=", "=", ">=", ">":
			continue
		}
		if word[0] < '0' || word[0] > '9' { // a version
			out = append(out, word)
		}
	}
	return out
}

// files fills in the package's files and which of them are for configuring.
// Directories are left out.
func (h *header) files(pkg *inventory.Package) error {
	names, err := h.fileNames()
	if err != nil {
		return err
	}
	states, modes, flags := h.ints(tagFileStates), h.ints(tagFileModes), h.ints(tagFileFlags)
	for i, p := range names {
		if i < len(modes) && modes[i]&0o170000 == 0o040000 {
			continue
		}
		if i < len(states) {
			switch states[i] {
			case stateReplaced, stateNotInstalled, stateWrongColor:
				continue
			}
		}
		pkg.Files = append(pkg.Files, p)
		if i < len(flags) && flags[i]&fileConfig != 0 {
			pkg.Conffiles = append(pkg.Conffiles, p)
		}
	}
	for _, list := range []*[]string{&pkg.Files, &pkg.Conffiles} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return nil
}

// fileNames joins directories and names. Packages of the last century have
// whole paths.
func (h *header) fileNames() ([]string, error) {
	bases := h.strings(tagBaseNames)
	if bases == nil {
		old := h.strings(tagOldFileNames)
		for i := range old {
			old[i] = path.Clean("/" + old[i])
		}
		return old, nil
	}
	dirs, indexes := h.strings(tagDirNames), h.ints(tagDirIndexes)
	if len(indexes) < len(bases) {
		return nil, fmt.Errorf("%w: files without directories", errHeader)
	}
	total := 0
	for i, base := range bases {
		d := indexes[i]
		if int64(d) >= int64(len(dirs)) || len(dirs[d])+len(base) > maxPath {
			return nil, fmt.Errorf("%w: file in no directory", errHeader)
		}
		if total += len(dirs[d]) + len(base); total > maxFileNames {
			return nil, fmt.Errorf("%w: names of files longer than %d bytes", errHeader, maxFileNames)
		}
		bases[i] = path.Clean("/" + dirs[d] + "/" + base)
	}
	return bases, nil
}
