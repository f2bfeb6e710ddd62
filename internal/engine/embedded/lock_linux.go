package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lock is an flock on a file that also says who holds it. The kernel drops
// it when the holder dies, however it dies.
type lock struct{ f *os.File }

// lockPoll is how often a waiting process looks again.
const lockPoll = 200 * time.Millisecond

func acquire(ctx context.Context, name string, notice io.Writer) (*lock, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the engine's lock: %w", err)
	}
	for told := false; ; told = true {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("locking %s: %w", name, err)
		}
		if !told && notice != nil {
			fmt.Fprintf(notice, "waiting for the engine: %s is held by %s\n", name, holder(f))
		}
		select {
		case <-ctx.Done():
			who := holder(f)
			f.Close()
			return nil, fmt.Errorf("the engine's state directory is in use by %s: %w", who, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
	me := fmt.Sprintf("process %d (%s) since %s\n", os.Getpid(), commandLine(), time.Now().Format(time.DateTime))
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(me), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("writing the engine's lock: %w", err)
	}
	return &lock{f}, nil
}

// commandLine is the program and its verb; further arguments may hold
// secrets (--build-arg) and stay out of the file.
func commandLine() string {
	n := min(len(os.Args), 2)
	return strings.Join(os.Args[:n], " ")
}

func holder(f *os.File) string {
	b := make([]byte, 512)
	n, _ := f.ReadAt(b, 0)
	if s := strings.TrimSpace(string(b[:n])); s != "" {
		return s
	}
	return "another process"
}

// release empties the file before unlocking, so that nobody reads a holder
// that is gone.
func (l *lock) release() error {
	_ = l.f.Truncate(0)
	return l.f.Close()
}
