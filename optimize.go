package schlank

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"schlank/engine"
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
	p, err := OpenProject(opt.Path, opt.File)
	if err != nil {
		return nil, err
	}
	if opt.InPlace && opt.Output != "" {
		return nil, &UsageError{Msg: "an output file and in-place exclude each other"}
	}
	oopt, err := opt.loop(e, p)
	if err != nil {
		return nil, err
	}
	res, err := optimize.Run(ctx, oopt)
	if err != nil {
		return nil, err
	}
	out := &Optimized{Result: res, Original: p.Dockerfile, Name: p.Name, Target: opt.target(p)}
	return out, out.write(p, opt)
}

// loop translates the options for the loop.
func (opt OptimizeOptions) loop(e *Engine, p *Project) (optimize.Options, error) {
	ctxFiles, err := buildcontext.Open(p.Dir, p.Ignore)
	var bad *buildcontext.ProblemError
	if errors.As(err, &bad) {
		return optimize.Options{}, &UsageError{Msg: bad.Path + ": " + bad.Problem, Hint: bad.Hint}
	}
	if err != nil {
		return optimize.Options{}, err
	}
	var probes []probe.Probe
	for _, s := range opt.Probes {
		pr, err := probe.Parse(s)
		if err != nil {
			return optimize.Options{}, &UsageError{Msg: err.Error()}
		}
		probes = append(probes, pr)
	}
	return optimize.Options{
		Engine:    e.d,
		Build:     opt.request(p),
		Files:     ctxFiles.Files,
		ReadFile:  ctxFiles.Read,
		HasIgnore: ctxFiles.HasIgnore,
		Probes:    probes,
		Probing:   opt.ProbeOptions,
		NonRoot:   opt.NonRoot,
		Withhold:  opt.Withhold,
		Progress:  opt.ProgressFor,
		Say:       opt.Say,
	}, nil
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

// write puts the chosen candidate, and its ignore file, in place.
func (o *Optimized) write(p *Project, opt OptimizeOptions) error {
	best := o.Chosen
	if opt.Force {
		best = o.Best
	}
	if best < 0 || opt.DryRun {
		return nil
	}
	c := o.Candidates[best]
	if err := replaceFile(o.Target, c.Text); err != nil {
		return err
	}
	o.Written = append(o.Written, o.Target)
	if c.Ignore == nil {
		return nil
	}
	ignore := filepath.Join(p.Dir, buildcontext.IgnoreName)
	if err := createFile(ignore, c.Ignore); err != nil {
		return err
	}
	o.Written = append(o.Written, ignore)
	return nil
}

// replaceFile writes a file in one step, keeping the mode of one that is
// there.
func replaceFile(name string, data []byte) error {
	mode := os.FileMode(0o644)
	if st, err := os.Stat(name); err == nil {
		mode = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+strings.TrimPrefix(filepath.Base(name), ".")+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if cerr := tmp.Chmod(mode); err == nil {
		err = cerr
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
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
