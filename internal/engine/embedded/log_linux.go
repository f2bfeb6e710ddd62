package embedded

import (
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
)

// maxLogBytes is the size at which the engine's log is started anew.
const maxLogBytes = 4 << 20

// openLog sends BuildKit's own log, which it writes to logrus' standard
// logger, to a file in the state directory: it is of use when an engine
// misbehaves and noise otherwise.
func openLog(name string) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if st, err := os.Stat(name); err == nil && st.Size() > maxLogBytes {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the engine's log: %w", err)
	}
	logrus.SetOutput(f)
	return f, nil
}

func closeLog(f *os.File) error {
	logrus.SetOutput(io.Discard)
	return f.Close()
}
