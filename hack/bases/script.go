package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// exitSkip is how a script says that the image can't be made on this machine
// and that this is no fault; what it printed last is the reason.
const exitSkip = 77

// skipError is a recipe that does not apply to this machine.
type skipError struct{ reason string }

func (e *skipError) Error() string { return e.reason }

// unpack writes the recipe's files to dir.
func (r *recipe) unpack(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(r.content)) {
		f := r.content[name]
		mode := os.FileMode(0o644)
		if f.executable {
			mode = 0o755
		}
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, f.data, mode); err != nil {
			return err
		}
	}
	return nil
}

// stopGrace is how long a script may take to clean up when it is stopped.
const stopGrace = 20 * time.Second

// runScript runs one of the recipe's scripts in dir. What it prints is shown
// only if it fails.
func (r *recipe) runScript(ctx context.Context, dir, name string, env ...string) error {
	var out bytes.Buffer
	c := exec.CommandContext(ctx, "sh", "./"+name)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	c.Stdout, c.Stderr = &out, &out
	c.WaitDelay = stopGrace
	stopAsGroup(c)
	err := c.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitSkip {
		return &skipError{lastLines(out.String(), 1)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w; it printed last:\n%s", name, err, lastLines(out.String(), 15))
	}
	return nil
}

// fact runs the recipe's fact command.
func (r *recipe) fact(ctx context.Context, env []string) (string, error) {
	if r.Fact == "" {
		return "", nil
	}
	c := exec.CommandContext(ctx, "sh", "-c", r.Fact)
	c.Env = append(os.Environ(), env...)
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("asking this machine with %q: %w", r.Fact, err)
	}
	return string(out), nil
}

// checkCommands tells which of the commands that the recipe needs is missing.
func (r *recipe) checkCommands() error {
	for _, name := range r.Commands {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not installed (apt-get install %s)", name, name)
		}
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
