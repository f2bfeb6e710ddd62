package schlank

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"schlank/engine"
	"schlank/internal/atomicfile"
	"schlank/internal/buildcontext"
	"schlank/optimize"
	"schlank/probe"
)

// OptimizeOptions say what to optimise and what to do with the result.
type OptimizeOptions struct {
	BuildOptions
	// Probes are further questions, as the flag --probe takes them.
	Probes []string
	// ProbeOptions configure the containers that are asked.
	ProbeOptions probe.Options
	// Output is the file to write; the default is the Dockerfile's name with
	// ".slim" at its end.
	Output string
	// InPlace overwrites the Dockerfile itself.
	InPlace bool
	// DryRun writes nothing.
	DryRun bool
	// Force writes the best candidate even when its verdict is not "same".
	Force bool
	// NonRoot rewrites to a user of its own where the original runs as root.
	NonRoot bool
	// Withhold lists packages to leave out of the run-time stage, for tests
	// of the verdict.
	Withhold []string
	// ProgressFor makes the progress of a step from its title.
	ProgressFor func(title string) engine.Progress
	// Say receives a line for each step; nil for none.
	Say func(string)
}

// Optimized is the outcome of Optimize.
type Optimized struct {
	*optimize.Result
	// Original is the Dockerfile as it was.
	Original []byte
	// Name is how messages call the Dockerfile.
	Name string
	// Written lists the files that were written.
	Written []string
	// Target is the file that was, or would have been, written.
	Target string
}

// Optimize builds the project, rewrites its Dockerfile, proves the rewriting
// and writes it when the proof succeeded. On any failure the user's files
// stay as they were.
func Optimize(ctx context.Context, e *Engine, opt OptimizeOptions) (*Optimized, error) {
	p, oopt, err := opt.plan()
	if err != nil {
		return nil, err
	}
	oopt.Engine = e.recording
	res, err := optimize.Run(ctx, oopt)
	if err != nil {
		return nil, err
	}
	out := &Optimized{Result: res, Original: p.Dockerfile, Name: p.Name, Target: opt.target(p)}
	return out, out.write(p, opt)
}

// Check finds mistakes in the call and the project, as BuildOptions.Check
// does. Here the scripts of RUN count, which the rewriting has to understand.
func (opt OptimizeOptions) Check() error {
	_, _, err := opt.plan()
	return err
}

// plan opens the project and translates the options for the loop; only the
// engine is missing.
func (opt OptimizeOptions) plan() (*Project, optimize.Options, error) {
	if opt.InPlace && opt.Output != "" {
		return nil, optimize.Options{}, &UsageError{Msg: "--in-place and --output exclude each other", Hint: "leave one out"}
	}
	p, err := opt.open()
	if err != nil {
		return nil, optimize.Options{}, err
	}
	if err := opt.checkTarget(p); err != nil {
		return nil, optimize.Options{}, err
	}
	probes, err := parseProbes(opt.Probes)
	if err != nil {
		return nil, optimize.Options{}, err
	}
	files, err := buildcontext.Open(p.Dir, p.Ignore)
	var bad *buildcontext.ProblemError
	if errors.As(err, &bad) {
		return nil, optimize.Options{}, &UsageError{Msg: bad.Path + ": " + bad.Problem, Hint: bad.Hint}
	}
	if err != nil {
		return nil, optimize.Options{}, err
	}
	return p, optimize.Options{
		Build:     opt.request(p),
		Files:     files.Files,
		ReadFile:  files.Read,
		HasIgnore: files.HasIgnore,
		Probes:    probes,
		Probing:   opt.ProbeOptions,
		NonRoot:   opt.NonRoot,
		Withhold:  opt.Withhold,
		Progress:  opt.ProgressFor,
		Say:       opt.Say,
	}, nil
}

func parseProbes(words []string) ([]probe.Probe, error) {
	var probes []probe.Probe
	for _, s := range words {
		pr, err := probe.Parse(s)
		if err != nil {
			return nil, &UsageError{Msg: err.Error()}
		}
		probes = append(probes, pr)
	}
	return probes, nil
}

func (opt OptimizeOptions) target(p *Project) string {
	switch {
	case opt.InPlace:
		return p.File
	case opt.Output != "":
		return opt.Output
	}
	return p.File + ".slim"
}

// checkTarget makes sure that the result, minutes later, has a place to go.
func (opt OptimizeOptions) checkTarget(p *Project) error {
	if opt.DryRun {
		return nil
	}
	target := opt.target(p)
	if st, err := os.Stat(target); err == nil && !st.Mode().IsRegular() {
		return &UsageError{Msg: target + ": is there already and is no regular file", Hint: "name another file with --output"}
	}
	if st, err := os.Stat(filepath.Dir(target)); err != nil || !st.IsDir() {
		return &UsageError{Msg: fmt.Sprintf("%s: there is no directory %s", target, filepath.Dir(target)), Hint: "make it, or name another file with --output"}
	}
	return nil
}

// write puts the chosen candidate, and its ignore file, in place: both or
// none.
func (o *Optimized) write(p *Project, opt OptimizeOptions) error {
	best := o.Chosen
	if opt.Force {
		best = o.Best
	}
	if best < 0 || opt.DryRun {
		return nil
	}
	c := o.Candidates[best]
	ignore := filepath.Join(p.Dir, buildcontext.IgnoreName)
	if c.Ignore != nil {
		if err := createFile(ignore, c.Ignore); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(o.Target, c.Text, 0o644); err != nil {
		if c.Ignore != nil {
			err = errors.Join(err, os.Remove(ignore))
		}
		return err
	}
	o.Written = append(o.Written, o.Target)
	if c.Ignore != nil {
		o.Written = append(o.Written, ignore)
	}
	return nil
}

// createFile writes a file that must not be there yet.
func createFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(name)
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
