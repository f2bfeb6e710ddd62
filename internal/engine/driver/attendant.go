package driver

import (
	"context"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"
	"schlank/internal/engine/attend"
)

// Where the attendant lies in a container, and the name of the session's
// directory it comes from.
const (
	// Not agent.Dir: that is a mount of the one who runs the container.
	attendantDir   = "/.schlank-attend"
	localAttendant = "attendant"
)

// attendant offers this program to containers for images of an architecture.
// It is nil when the program cannot run there: not a static Linux binary, or
// one for another machine. Then a process that fails ends its container.
func attendant(architecture string) fsutil.FS {
	if runtime.GOOS != "linux" || architecture != runtime.GOARCH {
		return nil
	}
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || !staticBinary(path) {
		return nil
	}
	return oneFile{path: path, stat: &fstypes.Stat{
		Path: attend.Name, Mode: 0o755, Size: info.Size(), ModTime: info.ModTime().UnixNano(),
	}}
}

// staticBinary reports whether a program needs no loader.
func staticBinary(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

// oneFile is a directory that holds one file of the host.
type oneFile struct {
	path string
	stat *fstypes.Stat
}

// Walk visits the file.
func (o oneFile) Walk(_ context.Context, target string, fn fs.WalkDirFunc) error {
	if target != "" && target != "/" && target != "." && target != o.stat.Path {
		return nil
	}
	return fn(o.stat.Path, &fsutil.DirEntryInfo{Stat: o.stat.CloneVT()}, nil)
}

// Open opens the file.
func (o oneFile) Open(name string) (io.ReadCloser, error) {
	if name != o.stat.Path {
		return nil, fmt.Errorf("opening %s: %w", name, fs.ErrNotExist)
	}
	return os.Open(o.path)
}
