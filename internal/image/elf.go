package image

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"

	"schlank/inventory"
)

// Bounds on what one ELF file may claim. glibc's largest libraries need a few
// dozen others; PATH_MAX bounds each string.
const (
	maxDynamic = 1 << 20
	maxNeeded  = 1024
	maxString  = 4096
)

// readELF reads what the dynamic loader would. It returns nil for relocatable
// objects and core files, which no loader loads. As the loader does it goes by
// the program headers, so that files stripped of their sections count too.
func readELF(r io.ReaderAt) (facts *inventory.ELF, err error) {
	// debug/elf has panicked on crafted files before; one such file must
	// not end the reading of an image.
	defer func() {
		if p := recover(); p != nil {
			facts, err = nil, fmt.Errorf("parser gave up: %v", p)
		}
	}()
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return nil, nil
	}
	facts = &inventory.ELF{
		Class:   strings.TrimPrefix(f.Class.String(), "ELFCLASS"),
		Machine: strings.ToLower(strings.TrimPrefix(f.Machine.String(), "EM_")),
	}
	for _, s := range f.Sections {
		facts.Debug = facts.Debug || isDebugSection(s.Name)
		facts.Symbols = facts.Symbols || s.Type == elf.SHT_SYMTAB
		// In a file of debug symbols split off from its program the headers
		// are there, but not what they point to.
		facts.Detached = facts.Detached || s.Type == elf.SHT_NOBITS && (s.Name == ".dynamic" || s.Name == ".text")
	}
	if facts.Detached {
		return facts, nil
	}
	facts.Executable = f.Type == elf.ET_EXEC
	if err := readProgs(f, facts); err != nil {
		return facts, err
	}
	facts.Executable = facts.Executable || facts.Interp != "" && facts.Soname == ""
	return facts, nil
}

func isDebugSection(name string) bool {
	switch {
	case name == ".debug_gdb_scripts": // stripping keeps it
		return false
	case strings.HasPrefix(name, ".debug_"), strings.HasPrefix(name, ".zdebug_"):
		return true
	}
	return name == ".stab"
}

func readProgs(f *elf.File, facts *inventory.ELF) error {
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_INTERP:
			s, err := cString(p.ReaderAt, 0, int64(min(p.Filesz, maxString)))
			if err != nil {
				return fmt.Errorf("reading the interpreter: %w", err)
			}
			facts.Interp = s
		case elf.PT_DYNAMIC:
			if err := readDynamic(f, p, facts); err != nil {
				return fmt.Errorf("reading the dynamic section: %w", err)
			}
		}
	}
	return nil
}

// readDynamic reads the names in the dynamic section.
func readDynamic(f *elf.File, p *elf.Prog, facts *inventory.ELF) error {
	entries, err := dynamicEntries(f, p)
	if err != nil {
		return err
	}
	str := stringTable{f: f}
	for _, e := range entries {
		if e.tag == elf.DT_STRTAB {
			str.addr = e.val
		}
	}
	for _, e := range entries {
		var one *string
		var many *[]string
		switch e.tag {
		case elf.DT_FLAGS_1:
			facts.Executable = facts.Executable || elf.DynFlag1(e.val)&elf.DF_1_PIE != 0
			continue
		case elf.DT_SONAME:
			one = &facts.Soname
		case elf.DT_NEEDED:
			many = &facts.Needed
		case elf.DT_RPATH:
			many = &facts.RPath
		case elf.DT_RUNPATH:
			many = &facts.RunPath
		default:
			continue
		}
		s, err := str.at(e.val)
		if err != nil {
			return fmt.Errorf("string of %v: %w", e.tag, err)
		}
		switch {
		case one != nil:
			*one = s
		case e.tag == elf.DT_NEEDED:
			if len(*many) >= maxNeeded {
				return errors.New("too many needed libraries")
			}
			*many = append(*many, s)
		case s != "":
			*many = append(*many, strings.Split(s, ":")...)
		}
	}
	return nil
}

type dynamicEntry struct {
	tag elf.DynTag
	val uint64
}

func dynamicEntries(f *elf.File, p *elf.Prog) ([]dynamicEntry, error) {
	data := make([]byte, min(p.Filesz, maxDynamic))
	n, err := p.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	data = data[:n]
	size := 16
	if f.Class == elf.ELFCLASS32 {
		size = 8
	}
	var entries []dynamicEntry
	for ; len(data) >= size; data = data[size:] {
		var e dynamicEntry
		if size == 8 {
			e.tag = elf.DynTag(int32(f.ByteOrder.Uint32(data)))
			e.val = uint64(f.ByteOrder.Uint32(data[4:]))
		} else {
			e.tag = elf.DynTag(int64(f.ByteOrder.Uint64(data)))
			e.val = f.ByteOrder.Uint64(data[8:])
		}
		if e.tag == elf.DT_NULL {
			break
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// stringTable reads strings at offsets from a virtual address.
type stringTable struct {
	f    *elf.File
	addr uint64
}

func (t stringTable) at(off uint64) (string, error) {
	addr := t.addr + off
	for _, p := range t.f.Progs {
		if p.Type == elf.PT_LOAD && addr >= p.Vaddr && addr-p.Vaddr < p.Filesz {
			at := addr - p.Vaddr
			return cString(p.ReaderAt, int64(at), int64(min(p.Filesz-at, maxString)))
		}
	}
	return "", errors.New("address outside of the file")
}

// cString reads the string at off that a NUL ends within n bytes.
func cString(r io.ReaderAt, off, n int64) (string, error) {
	buf := make([]byte, n)
	got, err := r.ReadAt(buf, off)
	end := bytes.IndexByte(buf[:got], 0)
	if end < 0 {
		if err == nil || errors.Is(err, io.EOF) {
			err = errors.New("string without an end")
		}
		return "", err
	}
	return string(buf[:end]), nil
}
