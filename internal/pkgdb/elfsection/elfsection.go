// Package elfsection reads single sections of ELF files, in which compilers
// note what a program is made of. It is pure.
package elfsection

import (
	"debug/elf"
	"fmt"
	"io"
)

// magic begins every ELF file.
const magic = "\x7fELF"

// Is says whether a file that begins with head is an ELF file.
func Is(head []byte) bool {
	return len(head) >= len(magic) && string(head[:len(magic)]) == magic
}

// Read returns the content of the first section called name, nil if there is
// none. A file that is not understood has none: whoever reads its ELF facts
// says so. A section of more than limit bytes is an error.
func Read(r io.ReaderAt, name string, limit int64) ([]byte, error) {
	s := find(r, name)
	if s == nil {
		return nil, nil
	}
	if s.Type == elf.SHT_NOBITS {
		return nil, nil // split off, as the rest of the file
	}
	if s.FileSize > uint64(limit) {
		return nil, fmt.Errorf("section %s not read: %d bytes are more than the limit of %d", name, s.FileSize, limit)
	}
	// Not Data: that unpacks compressed sections, to any size.
	data := make([]byte, s.FileSize)
	if _, err := s.ReaderAt.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading section %s: %w", name, err)
	}
	return data, nil
}

// Has says whether the file has a section called name with content.
func Has(r io.ReaderAt, name string) bool {
	s := find(r, name)
	return s != nil && s.Type != elf.SHT_NOBITS
}

func find(r io.ReaderAt, name string) *elf.Section {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil
	}
	return f.Section(name)
}
