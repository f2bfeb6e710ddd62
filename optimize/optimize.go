// Package optimize is the main loop: build the baseline, gather evidence,
// rewrite, build again, ask both images the same, choose. It talks to an
// engine and reads images; the rewriting itself is package restage's.
package optimize

import (
	"context"
	"errors"
	"fmt"

	"schlank/dockerfile"
	"schlank/engine"
	"schlank/finding"
	"schlank/internal/image"
	"schlank/inventory"
	"schlank/probe"
	"schlank/restage"
	"schlank/source"
)

// Options say what to optimise and how.
type Options struct {
	Engine engine.Engine
	// Build is the request that builds the baseline.
	Build engine.BuildRequest
	// Files are the paths of the build context that the build may see,
	// slash-separated and sorted; ReadFile returns one of them.
	Files    []string
	ReadFile func(name string) ([]byte, bool)
	// HasIgnore says that the project has an ignore file already.
	HasIgnore bool
	// Probes are asked besides those that the image itself suggests.
	Probes []probe.Probe
	// Probing configures the containers.
	Probing probe.Options
	// NonRoot rewrites to a user of its own.
	NonRoot bool
	// Withhold lists packages to leave out; see evidence.Input.
	Withhold []string
	// Progress makes the progress of a step from its title; nil for none.
	Progress func(title string) engine.Progress
	// Say receives a line for each step of the loop; nil for none.
	Say func(string)
}

// Verdict is what is said of a candidate.
type Verdict string

// The verdicts.
const (
	// Same: the candidate answers every probe as the baseline does.
	Same Verdict = "same"
	// Different: at least one answer differs.
	Different Verdict = "different"
	// Unproven: nothing could be asked that shows the program at work.
	Unproven Verdict = "unproven"
	// BuildFailed: the candidate does not build.
	BuildFailed Verdict = "build-failed"
)

// Built is a built image with its figures.
type Built struct {
	Ref      engine.ImageRef
	Image    *inventory.Image
	Seconds  float64
	StandIn  bool
	BaseRefs []string
	// BaseLayers is the number of layers that come from the base image.
	BaseLayers int
}

// Candidate is a rewritten Dockerfile and what became of it.
type Candidate struct {
	restage.Candidate
	// Built is nil when the build failed.
	Built   *Built
	Probes  []ProbeResult
	Verdict Verdict
	// Drift lists packages of the language that the candidate has in other
	// versions than the baseline: those that no manifest pins.
	Drift []string
	// Err is why the build failed.
	Err error
}

// ProbeResult is what baseline and candidate answered to a probe.
type ProbeResult struct {
	Probe, Baseline, Candidate string
	Same                       bool
	// Difference shows the first difference, "" when there is none.
	Difference string
}

// Result is the outcome of a run.
type Result struct {
	Baseline   Built
	Candidates []*Candidate
	// Chosen is the index of the smallest candidate with verdict Same that
	// is smaller than the baseline, -1 if there is none.
	Chosen int
	// Best is the candidate to show, and to write when the user insists:
	// Chosen, else the first that is proven, else the first that was built,
	// else -1.
	Best int
	// Notes say what could not be tried, and why.
	Notes []string
}

// ErrNothingToDo is wrapped when there is no way to rewrite a Dockerfile.
var ErrNothingToDo = errors.New("nothing to rewrite")

// Run runs the loop.
func Run(ctx context.Context, opt Options) (*Result, error) {
	return (&run{opt: opt, ask: probe.Record}).run(ctx)
}

func (r *run) run(ctx context.Context) (*Result, error) {
	defer r.close()
	if err := r.parse(); err != nil {
		return nil, err
	}
	if err := r.baseline(ctx); err != nil {
		return nil, err
	}
	in, err := r.input(ctx)
	if err != nil {
		return nil, err
	}
	res := &Result{Baseline: r.base, Chosen: -1, Best: -1}
	if err := r.candidates(ctx, in, res); err != nil {
		return nil, err
	}
	choose(res)
	return res, nil
}

// run is the state of one run.
type run struct {
	opt   Options
	file  *dockerfile.File
	stage *dockerfile.Stage
	base  Built
	built *engine.BuildResult
	src   *image.Source
	// badShell are RUNs that no shell would read. The build decides about
	// them; if it fails they say where and why.
	badShell []finding.Finding
	// recorded are the two recordings of the baseline.
	recorded []*probe.Recording
	// ask records the answers of an image.
	ask recorder
	// open are the images that are being read.
	open []*image.Source
}

// recorder is probe.Record.
type recorder func(context.Context, engine.Runner, engine.ImageRef, inventory.Config, []probe.Probe, probe.Options) (*probe.Recording, error)

// close closes the images that were read.
func (r *run) close() {
	for _, s := range r.open {
		s.Close() // nothing was written
	}
}

func (r *run) say(format string, args ...any) {
	if r.opt.Say != nil {
		r.opt.Say(fmt.Sprintf(format, args...))
	}
}

func (r *run) progress(title string) engine.Progress {
	if r.opt.Progress == nil {
		return engine.Progress{}
	}
	return r.opt.Progress(title)
}

// parse reads the Dockerfile and refuses what cannot build.
func (r *run) parse() error {
	src := source.File{Name: r.opt.Build.Name, Bytes: r.opt.Build.Dockerfile}
	r.file = dockerfile.ParseWith(src, dockerfile.Options{BuildArgs: r.opt.Build.Args, TargetPlatform: r.opt.Build.Platform, Target: r.opt.Build.Target})
	var errs []finding.Finding
	for _, f := range r.file.Findings {
		switch {
		case f.Severity != finding.Error:
		case f.ID == dockerfile.BadShell:
			r.badShell = append(r.badShell, f)
		default:
			errs = append(errs, f)
		}
	}
	if len(errs) > 0 {
		return &FindingsError{File: src, Findings: errs}
	}
	if r.stage = r.file.Target(r.opt.Build.Target); r.stage == nil {
		return fmt.Errorf("%s has no stage %q", src.Name, r.opt.Build.Target)
	}
	if r.stage != r.file.Stages[len(r.file.Stages)-1] {
		return fmt.Errorf("stage %q is not the last one of %s: only the last stage can be rewritten", r.opt.Build.Target, src.Name)
	}
	return nil
}

// baseline builds the original and takes its inventory.
func (r *run) baseline(ctx context.Context) error {
	r.say("building the original: %s", r.opt.Build.Name)
	req := r.opt.Build
	req.Progress = r.progress("baseline")
	var err error
	r.built, err = r.opt.Engine.Build(ctx, req)
	var failed *engine.BuildError
	if errors.As(err, &failed) && len(r.badShell) > 0 {
		return &FindingsError{File: r.file.Source, Findings: r.badShell}
	}
	if err != nil {
		return err
	}
	if r.src, err = image.OpenLayout(r.built.Image.Layout, r.built.Image.Digest, readOptions(req)); err != nil {
		return err
	}
	r.open = append(r.open, r.src)
	r.say("reading the image")
	r.base, err = measure(ctx, r.built, r.src)
	return err
}

// measure takes the inventory of a built image.
func measure(ctx context.Context, b *engine.BuildResult, src *image.Source) (Built, error) {
	img, err := src.Inventory(ctx)
	if err != nil {
		return Built{}, fmt.Errorf("reading the built image: %w", err)
	}
	out := Built{Ref: b.Image, Image: img, Seconds: b.Duration.Seconds(), BaseLayers: b.BaseLayers}
	for _, base := range b.Bases {
		out.BaseRefs = append(out.BaseRefs, base.Ref)
		out.StandIn = out.StandIn || base.StandIn != ""
	}
	return out, nil
}
