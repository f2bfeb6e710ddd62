package ociruntime

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Exit codes of the runtime itself; a container's own exit code is passed
// through, 128+n when signal n ended it.
const (
	exitFailure     = 1   // any command but exec failed
	exitExecFailure = 255 // exec failed; what callers of runc expect
)

// runtime is one invocation: where containers are recorded, where the
// process's streams are, and where errors are logged.
type runtime struct {
	argv0          string
	store          store
	stdin          io.Reader
	stdout, stderr io.Writer
	logPath        string
	logJSON        bool
}

// command is one subcommand. It returns the exit code to use when err is nil,
// or, if not 0, in place of exitFailure.
type command func(ctx context.Context, rt *runtime, args []string) (code int, err error)

func commands() map[string]command {
	return map[string]command{
		"run":    runCommand,
		"exec":   execCommand,
		"kill":   killCommand,
		"delete": deleteCommand,
		"state":  stateCommand,
		"init":   initCommand,
	}
}

// Main is the runtime's command line and returns its exit code. args is the
// whole os.Args; the program may be called by any name.
//
// Main may change the calling thread's namespaces and identity: the process is
// expected to do nothing else and to exit with the returned code. Streams that
// are *os.File are inherited by the container without a copy in between.
// Cancelling ctx kills the container.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	rt := &runtime{stdin: stdin, stdout: stdout, stderr: stderr}
	if len(args) > 0 {
		rt.argv0, args = args[0], args[1:]
	}
	code, err := rt.dispatch(ctx, args)
	if err == nil {
		return code
	}
	fmt.Fprintf(stderr, "%s: %v\n", Name, err)
	rt.log(err)
	if code != 0 {
		return code
	}
	return exitFailure
}

func (rt *runtime) dispatch(ctx context.Context, args []string) (int, error) {
	flags := newFlags("")
	root := flags.String("root", rt.defaultRoot(), "")
	flags.StringVar(&rt.logPath, "log", "", "")
	format := flags.String("log-format", "text", "")
	version := flags.Bool("version", false, "")
	// Callers written for runc pass these. There is no debug output here, no
	// cgroup to manage, and rootlessness shows in the user namespace.
	flags.Bool("debug", false, "")
	flags.Bool("systemd-cgroup", false, "")
	flags.String("rootless", "auto", "")
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("reading the command line: %w", err)
	}
	if *format != "text" && *format != "json" {
		return 0, fmt.Errorf("reading the command line: unknown log format %q: use text or json", *format)
	}
	rt.logJSON = *format == "json"
	rt.store = store{*root}
	if *version {
		// The keys are those that callers of runc look for.
		_, err := fmt.Fprintf(rt.stdout, "%s version built-in\nspec: %s\n", Name, specs.Version)
		return 0, err
	}
	if flags.NArg() == 0 {
		return 0, errors.New("reading the command line: no command: use run, exec, kill, delete or state")
	}
	name := flags.Arg(0)
	cmd, ok := commands()[name]
	if !ok {
		return 0, fmt.Errorf("reading the command line: unknown command %q: the built-in runtime has run, exec, kill, delete and state; install runc for the others", name)
	}
	return cmd(ctx, rt, flags.Args()[1:])
}

// defaultRoot is the record of containers beside the installed symlink, or ""
// when the program was found by its bare name.
func (rt *runtime) defaultRoot() string {
	if !strings.Contains(rt.argv0, "/") {
		return ""
	}
	abs, err := filepath.Abs(filepath.Dir(rt.argv0))
	if err != nil {
		return ""
	}
	return filepath.Join(abs, containersDir)
}

// newFlags returns a silent flag set: errors reach the user once, through Main.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// log appends err to the file given by --log. A log that can't be written
// changes nothing: the error is on stderr already.
func (rt *runtime) log(failure error) {
	if rt.logPath == "" {
		return
	}
	f, err := os.OpenFile(rt.logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	now := time.Now().UTC().Format(time.RFC3339Nano)
	line := fmt.Sprintf("time=%q level=error msg=%q", now, failure.Error())
	if rt.logJSON {
		b, err := json.Marshal(map[string]string{"level": "error", "msg": failure.Error(), "time": now})
		if err != nil {
			return
		}
		line = string(b)
	}
	fmt.Fprintln(f, line)
}
