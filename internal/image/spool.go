package image

import (
	"errors"
	"io"
	"os"
)

// spoolMemory is how much of one file is kept in memory; what is larger goes
// to a temporary file. Nearly all ELF files of images are smaller.
const spoolMemory = 8 << 20

// spool buffers one file at a time for random access.
type spool struct {
	mem  []byte
	file *os.File
	size int64
}

// Reset empties the spool.
func (s *spool) Reset() {
	s.mem = s.mem[:0]
	s.size = 0
}

// Write appends p.
func (s *spool) Write(p []byte) (int, error) {
	if s.size+int64(len(p)) <= spoolMemory {
		s.mem = append(s.mem, p...)
		s.size += int64(len(p))
		return len(p), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "schlank-elf-*")
		if err != nil {
			return 0, err
		}
		s.file = f
	}
	if len(s.mem) > 0 {
		if _, err := s.file.WriteAt(s.mem, 0); err != nil {
			return 0, err
		}
		s.mem = s.mem[:0]
	}
	n, err := s.file.WriteAt(p, s.size)
	s.size += int64(n)
	return n, err
}

// ReadAt reads what was written since the last Reset.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	var n int
	var err error
	if s.size <= spoolMemory {
		n = copy(p, s.mem[off:])
	} else {
		n, err = s.file.ReadAt(p, off)
	}
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// Close removes the temporary file, if there is one.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	s.file = nil
	return err
}
