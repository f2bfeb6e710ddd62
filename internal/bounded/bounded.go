// Package bounded reads files whose size nobody has checked.
package bounded

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ReadFile returns the content of a file of at most limit bytes. A larger one
// is an *fs.PathError, as what the file system refuses is.
func ReadFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, name, limit)
}

// Read returns all of r if it is at most limit bytes; name is what an error
// calls it.
func Read(r io.Reader, name string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d bytes", limit)}
	}
	return b, nil
}
