// Command bench measures how fast and in how much memory images are read, next
// to the programs that people use for it and to those that only unpack.
//
// It makes an image of a gigabyte from the base store, in three forms, and
// keeps it with the peers, built from their Go modules, in schlank/bench of the
// user's cache directory. Each program runs as a process of its own, in turns
// with the others, so that a busy machine treats all alike; the table has the
// medians and the ratios to the targets.
//
// Usage:
//
//	go run ./hack/bench [--runs N] [--form NAME] [--schlank FILE] [--bases DIR] [--dir DIR]
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
	runs       int
	form       string
	schlank    string
	bases, dir string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opt, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return exitUsage
	}
	if err := bench(ctx, opt, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return exitFailed
	}
	return exitOK
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var opt options
	cache, err := os.UserCacheDir()
	if err != nil {
		return opt, err
	}
	bases := os.Getenv("SCHLANK_BASES")
	if bases == "" {
		bases = filepath.Join(cache, "schlank", "bases")
	}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&opt.runs, "runs", 5, "how often each program runs")
	f.StringVar(&opt.form, "form", "", "measure one form only: gzip, zstd or plain")
	f.StringVar(&opt.schlank, "schlank", "", "measure `schlank inspect` of this program as well")
	f.StringVar(&opt.bases, "bases", bases, "base store that the image is made from")
	f.StringVar(&opt.dir, "dir", filepath.Join(cache, "schlank", "bench"), "where the image and the peers are kept")
	if err := f.Parse(args); err != nil {
		return opt, err
	}
	if opt.runs < 1 || f.NArg() > 0 {
		return opt, errors.New("--runs must be at least 1, and there are no arguments")
	}
	return opt, nil
}

// bench makes what is missing and measures.
func bench(ctx context.Context, opt options, stdout, stderr io.Writer) error {
	bin, err := install(ctx, opt.dir, stderr)
	if err != nil {
		return err
	}
	for i := range forms {
		f := &forms[i]
		if opt.form != "" && opt.form != f.name {
			continue
		}
		fmt.Fprintf(stderr, "bench: making the image with layers as %s, unless it is there\n", f.name)
		if err := f.make(opt.dir, opt.bases); err != nil {
			return fmt.Errorf("making the image: %w", err)
		}
		list, err := tools(f, opt, bin)
		if err != nil {
			return err
		}
		results, err := measure(ctx, list, opt.runs, stderr)
		if err != nil {
			return err
		}
		if err := printTable(stdout, f.name, results); err != nil {
			return err
		}
	}
	return nil
}
