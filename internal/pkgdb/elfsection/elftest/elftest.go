// Package elftest makes the smallest ELF files that tests of sections need.
package elftest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// File returns a 64-bit ELF file with one section.
func File(section string, content []byte) []byte {
	const headerSize, sectionSize = 64, 64
	names := "\x00" + section + "\x00.shstrtab\x00"
	contentAt := uint64(headerSize)
	namesAt := contentAt + uint64(len(content))
	header := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1,
		Shoff: namesAt + uint64(len(names)), Ehsize: headerSize, Shentsize: sectionSize, Shnum: 3, Shstrndx: 2,
	}
	copy(header.Ident[:], "\x7fELF\x02\x01\x01")
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: contentAt, Size: uint64(len(content))},
		{Name: uint32(len(section) + 2), Type: uint32(elf.SHT_STRTAB), Off: namesAt, Size: uint64(len(names))},
	}
	var b bytes.Buffer
	// Writing values of fixed size to memory cannot fail.
	_ = binary.Write(&b, binary.LittleEndian, header)
	b.Write(content)
	b.WriteString(names)
	_ = binary.Write(&b, binary.LittleEndian, sections)
	return b.Bytes()
}
