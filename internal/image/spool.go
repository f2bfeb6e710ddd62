package image

import (
	"errors"
	"io"
	"os"
)

// spoolMemory is how much of one file is kept in memory; what is larger goes
// to a temporary file. Nearly all ELF files of images are smaller.
const spoolMemory = 2 << 20

// spool buffers one file at a time for random access.
type spool struct {
	mem  []byte // spoolMemory bytes, once there is something to hold
	file *os.File
	size int64
}

// Reset empties the spool.
func (s *spool) Reset() {
	s.size = 0
}

// Write appends p.
func (s *spool) Write(p []byte) (int, error) {
	if s.size+int64(len(p)) <= spoolMemory {
		if s.mem == nil {
			s.mem = make([]byte, spoolMemory)
		}
		s.size += int64(copy(s.mem[s.size:], p))
		return len(p), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "schlank-file-*")
		if err != nil {
			return 0, err
		}
		s.file = f
	}
	if s.size <= spoolMemory {
		if _, err := s.file.WriteAt(s.mem[:s.size], 0); err != nil {
			return 0, err
		}
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
		n = copy(p, s.mem[off:s.size])
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
