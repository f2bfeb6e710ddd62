package ociruntime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// containersDir is the directory beside the installed symlink that records
// running containers when --root is not given. It lies there, and not in /run,
// so that two engines never meet and a rootless one needs no writable /run.
const containersDir = "containers"

// Install makes the runtime callable as dir/[Name], a symlink to the running
// program's binary, and returns its path. It creates dir when missing and
// replaces a link that points to another binary, say after an upgrade.
func Install(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("installing the built-in runtime: %w", err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", fmt.Errorf("installing the built-in runtime: %w", err)
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("installing the built-in runtime: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("installing the built-in runtime: %w", err)
	}
	path := filepath.Join(dir, Name)
	if now, err := os.Readlink(path); err == nil && now == self {
		return path, nil
	}
	if err := replaceLink(self, path); err != nil {
		return "", fmt.Errorf("installing the built-in runtime: %w", err)
	}
	return path, nil
}

// replaceLink points path at target in one step, so that a concurrent engine
// never finds the link missing.
func replaceLink(target, path string) error {
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return err
	}
	return nil
}
