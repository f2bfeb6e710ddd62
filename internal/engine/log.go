package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sirupsen/logrus"
)

// maxLogBytes is the size at which the log is started anew.
const maxLogBytes = 4 << 20

// openLog sends the log of BuildKit and containerd, which they write to
// logrus' standard logger, to a file in the state directory: it is of use when
// an engine misbehaves and noise otherwise.
func openLog(state string) (io.Closer, error) {
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	name := filepath.Join(state, "engine.log")
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if st, err := os.Stat(name); err == nil && st.Size() > maxLogBytes {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the engine's log: %w", err)
	}
	logrus.SetOutput(f)
	return logFile{f}, nil
}

// logFile drops what is logged after its end.
type logFile struct{ *os.File }

// Close closes the file.
func (l logFile) Close() error {
	logrus.SetOutput(io.Discard)
	return l.File.Close()
}
