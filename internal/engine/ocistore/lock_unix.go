//go:build unix

package ocistore

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockShared opens and locks a file together with others. The lock ends when
// the file is closed, or with the process.
func lockShared(name string) (*os.File, error) { return lock(name, unix.LOCK_SH) }

// lockExclusive waits until nobody else holds the lock.
func lockExclusive(name string) (*os.File, error) { return lock(name, unix.LOCK_EX) }

func lock(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := flock(f, how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// becomeExclusive reports whether it could turn a shared lock into an
// exclusive one; if not, the lock is shared as before.
func becomeExclusive(f *os.File) (bool, error) {
	err := flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		// The change is not atomic: the shared lock may be gone (flock(2)).
		return false, becomeShared(f)
	}
	return err == nil, err
}

func becomeShared(f *os.File) error { return flock(f, unix.LOCK_SH) }

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
