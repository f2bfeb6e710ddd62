// Command bases makes the base store: an OCI layout with stand-ins for the
// official base images, from packages of the distributions, for machines that
// reach no image registry. Each folder under recipes says how one is made;
// README.md describes them.
//
// An image is made again only when its key changes: a hash of its recipe, of
// the images it is made from and of what it takes from this machine.
//
// Usage:
//
//	go run ./hack/bases [--store DIR] [--only NAME,…] [--rebuild] [--progress MODE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"schlank/engine"
	"schlank/internal/engine/embedded"
)

// The exit codes of every schlank program.
const (
	exitOK     = 0
	exitUsage  = 2
	exitFailed = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, acted := embedded.RuntimeMain(ctx, os.Args)
	if !acted {
		code = run(ctx, os.Args[1:], os.Stderr)
	}
	stop()
	os.Exit(code)
}

// options are the command line, resolved.
type options struct {
	store    string
	only     []string
	rebuild  bool
	progress engine.ProgressMode
}

func run(ctx context.Context, args []string, stderr io.Writer) int {
	opt, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "bases:", err)
		return exitUsage
	}
	if err := makeBases(ctx, opt, stderr); err != nil {
		fmt.Fprintln(stderr, "bases:", err)
		return exitFailed
	}
	return exitOK
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var opt options
	var only, progress string
	f := flag.NewFlagSet("bases", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&opt.store, "store", "", "directory of the store (default $SCHLANK_BASES, else schlank/bases in the user's cache directory)")
	f.StringVar(&only, "only", "", "recipes or references to make, with what they need, separated by commas (default all)")
	f.BoolVar(&opt.rebuild, "rebuild", false, "make also what is up to date, for newer packages")
	f.StringVar(&progress, "progress", "", "progress of builds: auto, tty, plain, rawjson, none (default tty on a terminal, else none)")
	if err := f.Parse(args); err != nil {
		return opt, err
	}
	if f.NArg() > 0 {
		return opt, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if only != "" {
		opt.only = strings.Split(only, ",")
	}
	var err error
	if opt.progress, err = progressMode(progress, stderr); err != nil {
		return opt, err
	}
	opt.store, err = storeDir(opt.store)
	return opt, err
}

func progressMode(word string, stderr io.Writer) (engine.ProgressMode, error) {
	if word != "" {
		return engine.ParseProgressMode(word)
	}
	if f, ok := stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return engine.ProgressTTY, nil
		}
	}
	return engine.ProgressNone, nil
}

func storeDir(dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv("SCHLANK_BASES")
	}
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("finding the cache directory: %w (give --store)", err)
		}
		dir = filepath.Join(cache, "schlank", "bases")
	}
	return filepath.Abs(dir)
}
