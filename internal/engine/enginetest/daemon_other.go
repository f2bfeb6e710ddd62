//go:build !linux

package enginetest

import "os/exec"

func startTied(cmd *exec.Cmd) error { return cmd.Start() }
