// Package cli is the command line: it turns flags into options, makes one
// façade call a verb, renders the answer and returns the exit code. Data goes
// to stdout, talk and progress to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"schlank"
	"schlank/internal/engine/embedded"
)

// The exit codes. They depend neither on format nor on verbosity.
const (
	exitOK       = 0
	exitFindings = 1 // findings or a verdict over the threshold
	exitUsage    = 2 // wrong call or configuration
	exitFailed   = 3 // the operation failed
)

// errFindings ends a command with exit code 1; the command has said why.
var errFindings = errors.New("findings")

// errSaid ends a command with exit code 3; the command has said why.
var errSaid = errors.New("failed")

// Main runs the program and returns its exit code. args[0] is the name it
// was called by.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if code, ok := embedded.RuntimeMain(ctx, args); ok {
		return code
	}
	args, done := plugin(args, stdout)
	if done {
		return exitOK
	}
	if len(args) > 1 && args[1] == agentVerb {
		return agentMain(ctx, stdin, stdout, stderr)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the program at once.
	context.AfterFunc(ctx, stop)
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	root.SetArgs(args[1:])
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	return a.finish(ctx, err)
}

// finish prints an error and chooses the exit code.
func (a *app) finish(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, errSaid):
		return exitFailed
	case ctx.Err() != nil:
		fmt.Fprintln(a.stderr, "schlank: interrupted; nothing was written")
		return exitFailed
	}
	fmt.Fprintf(a.stderr, "schlank: %v\n", err)
	switch d := schlank.ErrorDetails(err); {
	case d != "":
		fmt.Fprint(a.stderr, indent(d))
	case errors.Is(err, syscall.ENOSPC):
		fmt.Fprint(a.stderr, indent("hint: the disk is full: `schlank engine prune` frees the build cache, --state DIR puts it elsewhere, TMPDIR what is temporary"))
	}
	if isUsage(err) {
		return exitUsage
	}
	return exitFailed
}

// isUsage reports whether an error is a mistake that was there before
// anything ran: in the call, the configuration, the Dockerfile, or the choice
// of an engine that this machine cannot be.
func isUsage(err error) bool {
	var usage *schlank.UsageError
	var flag *flagError
	var findings *schlank.FindingsError
	return errors.As(err, &usage) || errors.As(err, &flag) || errors.As(err, &findings) || errors.Is(err, schlank.ErrNoEmbedded)
}

func indent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return "  " + strings.Join(lines, "\n  ") + "\n"
}
