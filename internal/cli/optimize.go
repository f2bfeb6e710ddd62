package cli

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/engine"
	"schlank/optimize"
	"schlank/probe"
)

// optimizeFlags are the flags of optimize.
type optimizeFlags struct {
	build                           buildFlags
	probes, env, withhold           []string
	output, format                  string
	inPlace, dryRun, force, nonRoot bool
	hostNetwork                     bool
	startTimeout, probeTimeout      time.Duration
	follow                          int
}

func (a *app) optimizeCommand() *cobra.Command {
	var f optimizeFlags
	c := &cobra.Command{
		Use:   "optimize [PATH]",
		Short: "Rewrite a Dockerfile so that it builds a slim image, and prove that the image still works",
		Long: `Build the Dockerfile of PATH (a context directory or a Dockerfile; default "."),
find out where every byte comes from, rewrite the Dockerfile into a multi-stage
one, build that, ask both images the same questions, and write Dockerfile.slim
if every answer is the same.

What is asked: how the start command behaves, HEALTHCHECK, every EXPOSEd port,
the pages that HTML answers link to, whether all packages load, whether every
program finds its libraries, and what --probe says. The original is asked twice,
so that dates, tokens and the like do not count.

Nothing is written unless the verdict is "same" (see --force). Exit code 1 says
that no candidate was proven.`,
		Example: `  schlank optimize .
  schlank optimize --probe /api/items --probe 'cmd: python manage.py check' .
  schlank optimize --dry-run --format json . | jq '.candidates[0].verdict'
  schlank optimize --in-place --non-root .`,
		Args: operands(0, 1, "one PATH"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.optimize(c, &f, cmp.Or(append(args, ".")...))
		},
	}
	f.build.add(c)
	fl := c.Flags()
	fl.StringArrayVar(&f.probes, "probe", nil, "further question: /path, http://:PORT/path, 'HEAD /path', tcp://:PORT, 'cmd: COMMAND'")
	fl.StringArrayVar(&f.env, "env", nil, "environment of the containers that are asked, as KEY=VALUE")
	fl.StringVarP(&f.output, "output", "o", "", "file to write (default the Dockerfile's name with .slim)")
	fl.BoolVar(&f.inPlace, "in-place", false, "overwrite the Dockerfile")
	fl.BoolVar(&f.dryRun, "dry-run", false, "write nothing")
	fl.BoolVar(&f.force, "force", false, "write the best candidate even if its verdict is not \"same\"")
	fl.BoolVar(&f.nonRoot, "non-root", false, "run as a user of its own where the original runs as root")
	fl.BoolVar(&f.hostNetwork, "host-network", false, "give the containers that are asked the host's network (default none but loopback)")
	fl.DurationVar(&f.startTimeout, "start-timeout", 30*time.Second, "how long a container may take until it answers")
	fl.DurationVar(&f.probeTimeout, "probe-timeout", 0, "how long one probe may take (default 30s for HTTP, 2m for commands)")
	fl.IntVar(&f.follow, "follow", probe.DefaultDiscover, "how many pages to ask that HTML answers link to")
	addFormat(c, &f.format, "text", "json", "markdown", "html")
	fl.StringArrayVar(&f.withhold, "withhold-package", nil, "leave a needed package out, to see that the verdict notices")
	if err := fl.MarkHidden("withhold-package"); err != nil {
		panic(err) // the flag was declared above
	}
	a.addEngineFlags(c)
	return c
}

func (a *app) optimize(c *cobra.Command, f *optimizeFlags, path string) error {
	if err := oneOf("--format", f.format, "text", "json", "markdown", "html"); err != nil {
		return err
	}
	opt, err := a.optimizeOptions(f, path)
	if err != nil {
		return err
	}
	// Mistakes in the call show before the engine starts.
	if err := opt.Check(); err != nil {
		return err
	}
	e, err := a.openEngine(c.Context())
	if err != nil {
		return err
	}
	defer e.Close()
	res, err := schlank.Optimize(c.Context(), e, opt)
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = a.printJSON(optimize.NewDocument(res.Result, res.Written))
	} else {
		err = a.printOptimized(res, f)
	}
	if err != nil {
		return err
	}
	return a.optimizeExit(res)
}

func (a *app) optimizeOptions(f *optimizeFlags, path string) (schlank.OptimizeOptions, error) {
	p, err := a.progress("")
	if err != nil {
		return schlank.OptimizeOptions{}, err
	}
	b, err := f.build.options(path, p)
	if err != nil {
		return schlank.OptimizeOptions{}, err
	}
	if _, err := pairs("--env", "KEY=VALUE", f.env); err != nil {
		return schlank.OptimizeOptions{}, err
	}
	if f.follow < 0 || f.startTimeout < 0 || f.probeTimeout < 0 {
		return schlank.OptimizeOptions{}, &schlank.UsageError{Msg: "--follow, --start-timeout and --probe-timeout must not be negative"}
	}
	net := engine.NetNone
	if f.hostNetwork {
		net = engine.NetHost
	}
	return schlank.OptimizeOptions{
		BuildOptions: b,
		Probes:       f.probes,
		ProbeOptions: probe.Options{Net: net, Env: f.env, StartTimeout: f.startTimeout, Timeout: f.probeTimeout, Discover: f.follow},
		Output:       f.output,
		InPlace:      f.inPlace,
		DryRun:       f.dryRun,
		Force:        f.force,
		NonRoot:      f.nonRoot,
		Withhold:     f.withhold,
		ProgressFor:  a.progressFor(p),
		Say:          func(s string) { fmt.Fprintln(a.stderr, "schlank: "+s) },
	}, nil
}

// optimizeExit is 0 when a candidate was proven, even if the original is as
// small; 1 when none was, and 3 when none even built.
func (a *app) optimizeExit(res *schlank.Optimized) error {
	if res.Chosen >= 0 || res.Best >= 0 && res.Candidates[res.Best].Verdict == optimize.Same {
		return nil
	}
	failed := 0
	for _, c := range res.Candidates {
		if c.Verdict == optimize.BuildFailed {
			failed++
			fmt.Fprintf(a.stderr, "schlank: %v\n", c.Err)
			if d := schlank.ErrorDetails(c.Err); d != "" {
				fmt.Fprint(a.stderr, indent(d))
			}
		}
	}
	if failed == len(res.Candidates) {
		return errSaid
	}
	return errFindings
}
