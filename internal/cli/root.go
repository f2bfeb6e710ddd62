package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/engine"
	"schlank/internal/config"
	"schlank/internal/engine/embedded"
)

// app is what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	engine         engineFlags
}

// engineFlags are the flags of every command that builds or runs.
type engineFlags struct {
	address, state, bases, progress string
	builtin                         bool
}

// flagError is a mistake cobra found in the call.
type flagError struct{ err error }

func (e *flagError) Error() string { return e.err.Error() }
func (e *flagError) Unwrap() error { return e.err }

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "schlank",
		Short: "Turn a Dockerfile into one that builds a slim image, and prove that it still works",
		Long: `schlank builds your image, finds out where every byte comes from, rewrites the
Dockerfile into a readable multi-stage one, builds that, asks both images the
same questions and compares the answers.

Exit codes: 0 fine; 1 findings, or a verdict that is not "same"; 2 wrong call or
configuration; 3 the operation failed.`,
		Example: `  schlank optimize .
  schlank compare Dockerfile Dockerfile.slim`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
	}
	asGroup(root)
	root.SetVersionTemplate("schlank {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &flagError{fmt.Errorf("%w (see `%s --help`)", err, c.CommandPath())}
	})
	root.AddCommand(a.optimizeCommand(), a.compareCommand(), a.inspectCommand(), a.checkCommand(), a.lintCommand(), a.explainCommand(), a.lspCommand(), a.buildCommand(), a.engineCommand(), a.versionCommand())
	return root
}

// asGroup makes a command that only has commands below it show its help when
// it is called alone, and refuse words that are none of them.
func asGroup(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2
	c.DisableFlagsInUseLine = true
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := fmt.Sprintf("see `%s --help`", c.CommandPath())
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf("did you mean `%s %s`?", c.CommandPath(), near[0])
		}
		return &flagError{fmt.Errorf("unknown command %q (%s)", args[0], hint)}
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
}

// addEngineFlags declares the shared flags on a command.
func (a *app) addEngineFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&a.engine.address, "engine", "", "BuildKit to use: embedded, docker, unix://, tcp://, ssh://, docker-container://, podman-container://, kube-pod:// (default $SCHLANK_ENGINE, else embedded)")
	f.StringVar(&a.engine.state, "state", "", "directory of the embedded engine and of built images (default $SCHLANK_STATE, else schlank in the user's data directory)")
	f.StringVar(&a.engine.bases, "bases", "", "base store: OCI layout that serves FROM references (default $SCHLANK_BASES)")
	f.StringVar(&a.engine.progress, "progress", "auto", "progress of builds: auto, tty, plain, rawjson, none")
	f.BoolVar(&a.engine.builtin, "builtin-runtime", false, "use the built-in container runtime even if runc is installed")
	complete(c, "engine", schlank.EngineAddresses()...)
	complete(c, "progress", "auto", "tty", "plain", "rawjson", "none")
}

// complete offers the values of a flag to the shell.
func complete(c *cobra.Command, flag string, values ...string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag was declared above
	}
}

// hide leaves a flag out of the help.
func hide(c *cobra.Command, flag string) {
	if err := c.Flags().MarkHidden(flag); err != nil {
		panic(err) // the flag was declared above
	}
}

// addFormat declares --format with what it takes.
func addFormat(c *cobra.Command, format *string, allowed ...string) {
	c.Flags().StringVar(format, "format", allowed[0], "output: "+strings.Join(allowed, ", "))
	complete(c, "format", allowed...)
}

// operands checks the number of words after a verb; what says what they are.
func operands(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return &flagError{fmt.Errorf("%s needs %s (see `%s --help`)", c.Name(), what, c.CommandPath())}
		case len(args) > most:
			return &flagError{fmt.Errorf("%s takes %s, not also %q (see `%s --help`)", c.Name(), what, args[most], c.CommandPath())}
		}
		return nil
	}
}

// settings resolves flags, environment and configuration, in this order.
func (a *app) settings() (schlank.EngineOptions, error) {
	cfg, err := config.Load()
	if err != nil {
		return schlank.EngineOptions{}, &schlank.UsageError{Msg: err.Error()}
	}
	opt := schlank.EngineOptions{
		Address:        cmp.Or(a.engine.address, os.Getenv("SCHLANK_ENGINE"), cfg.Engine),
		State:          cmp.Or(a.engine.state, os.Getenv("SCHLANK_STATE"), cfg.State),
		Bases:          cmp.Or(a.engine.bases, os.Getenv("SCHLANK_BASES"), cfg.Bases),
		MaxBytes:       int64(cfg.CacheGB * 1e9),
		BuiltinRuntime: a.engine.builtin,
		Registries:     map[string]schlank.Registry{},
		Notice:         a.stderr,
	}
	for host, r := range cfg.Registries {
		opt.Registries[host] = schlank.Registry{Mirrors: r.Mirrors, PlainHTTP: r.HTTP, Insecure: r.Insecure, RootCAs: r.CA}
	}
	return opt, nil
}

// openEngine starts or connects to the engine.
func (a *app) openEngine(ctx context.Context) (*schlank.Engine, error) {
	opt, err := a.settings()
	if err != nil {
		return nil, err
	}
	// A user namespace may not be had, which is another matter.
	if err := opt.Check(); err != nil {
		return nil, err
	}
	if opt.Address == "" || opt.Address == "embedded" {
		if err := embedded.EnterUserNamespace(); err != nil {
			return nil, err
		}
	}
	return schlank.OpenEngine(ctx, opt)
}

// progress is how builds report, by the --progress flag.
func (a *app) progress(title string) (engine.Progress, error) {
	m, err := engine.ParseProgressMode(a.engine.progress)
	if err != nil {
		return engine.Progress{}, &schlank.UsageError{Msg: err.Error()}
	}
	return engine.Progress{Mode: m, Out: a.stderr, Title: title}, nil
}
