//go:build !unix

package main

import (
	"errors"
	"io"
	"os/exec"
)

// stopAsGroup does nothing: recipes run on Linux only.
func stopAsGroup(*exec.Cmd) {}

// lockFile reports that stand-ins are made on Linux.
func lockFile(string, io.Writer) (io.Closer, error) {
	return nil, errors.New("base images are made on Linux")
}
