package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"schlank"
	"schlank/internal/atomicfile"
)

// output writes a report to stdout, or to the file that --output names. The
// file is replaced in one step once the report is whole; a device or a pipe is
// written to.
func (a *app) output(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(a.stdout)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	put := func() error { return atomicfile.Write(name, b.Bytes(), 0o644) }
	if st, err := os.Stat(name); err == nil && !st.Mode().IsRegular() {
		put = func() error { return os.WriteFile(name, b.Bytes(), 0o644) }
	}
	if err := put(); err != nil {
		return &schlank.UsageError{Msg: fmt.Sprintf("--output: %s", err)}
	}
	return nil
}
