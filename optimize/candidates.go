package optimize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"schlank/engine"
	"schlank/internal/image"
	"schlank/probe"
	"schlank/restage"
)

// candidates tries the ways of rewriting in order until one is proven to
// work. A way that does not fit is noted.
func (r *run) candidates(ctx context.Context, in restage.Input, res *Result) error {
	for _, way := range restage.Ways() {
		c, err := way.Rewrite(in)
		if errors.Is(err, restage.ErrNoRewrite) {
			res.Notes = append(res.Notes, fmt.Sprintf("%s: %v", way.Name, err))
			continue
		}
		if err != nil {
			return err
		}
		cand := &Candidate{Candidate: *c}
		cand.Ignore = r.ignore(in, c)
		res.Candidates = append(res.Candidates, cand)
		if err := r.try(ctx, cand); err != nil {
			return err
		}
		r.say("candidate %s: %s", cand.Name, cand.Verdict)
		if len(cand.Drift) > 0 {
			res.Notes = append(res.Notes, fmt.Sprintf("%s: packages in other versions than in the original, because nothing pins them: %s", way.Name, strings.Join(cand.Drift, ", ")))
		}
		if cand.Verdict == Same {
			return nil
		}
	}
	if len(res.Candidates) == 0 {
		return fmt.Errorf("%w: %s", ErrNothingToDo, cmp.Or(strings.Join(res.Notes, "; "), "no way of rewriting fits"))
	}
	return nil
}

// ignore makes the ignore file that goes with a candidate.
func (r *run) ignore(in restage.Input, c *restage.Candidate) []byte {
	if r.opt.HasIgnore {
		return nil
	}
	text, move := restage.Ignore(in)
	if text == "" {
		return nil
	}
	c.Moves = append(c.Moves, move)
	return []byte(text)
}

// try builds a candidate and probes it.
func (r *run) try(ctx context.Context, c *Candidate) error {
	r.say("building candidate %s", c.Name)
	req := r.opt.Build
	req.Dockerfile, req.Target = c.Text, ""
	req.Name = "candidate " + c.Name
	req.Progress = r.progress("candidate " + c.Name)
	if c.Ignore != nil {
		req.Ignore = c.Ignore
	}
	b, err := r.opt.Engine.Build(ctx, req)
	if err != nil {
		var be *engine.BuildError
		if !errors.As(err, &be) {
			return err
		}
		c.Verdict, c.Err = BuildFailed, err
		return nil
	}
	src, err := image.OpenLayout(b.Image.Layout, b.Image.Digest, readOptions(req))
	if err != nil {
		return err
	}
	defer src.Close()
	built, err := measure(ctx, b, src)
	if err != nil {
		return err
	}
	c.Built = &built
	return r.prove(ctx, c)
}

// prove asks the candidate what the baseline was asked, and looks for
// libraries that it lacks.
func (r *run) prove(ctx context.Context, c *Candidate) error {
	if err := r.record(ctx, c.Checks); err != nil {
		return err
	}
	r.say("asking candidate %s %d questions", c.Name, len(r.recorded[0].Probes))
	opts := r.opt.Probing
	opts.Discover = 0
	rec, err := r.ask(ctx, r.opt.Engine, c.Built.Ref, c.Built.Image.Config, r.recorded[0].Probes, opts)
	if err != nil {
		return err
	}
	j := probe.Judge(r.recorded[0], r.recorded[1], rec)
	c.Verdict = Verdict(j.Verdict)
	for _, p := range j.Results {
		c.Probes = append(c.Probes, ProbeResult{Probe: p.Probe, Baseline: p.Baseline, Candidate: p.Candidate, Same: p.Same, Difference: p.Difference})
	}
	c.Drift = drift(r.base.Image, c.Built.Image)
	links := linkCheck(&r.base, c.Built)
	c.Probes = append(c.Probes, links)
	if !links.Same {
		c.Verdict = Different
	}
	return nil
}

// record asks the baseline twice, once for all candidates: the first run also
// discovers what more there is to ask.
func (r *run) record(ctx context.Context, checks []string) error {
	if r.recorded != nil {
		return nil
	}
	r.say("asking the original, twice")
	user := r.opt.Probes
	for _, c := range checks {
		user = append(user, probe.Command{Shell: c})
	}
	probes := probe.Plan(r.base.Image.Config, user)
	opts := r.opt.Probing
	for len(r.recorded) < 2 {
		rec, err := r.ask(ctx, r.opt.Engine, r.base.Ref, r.base.Image.Config, probes, opts)
		if err != nil {
			return err
		}
		probes, opts.Discover = rec.Probes, 0
		r.recorded = append(r.recorded, rec)
	}
	return nil
}

// choose takes the smallest proven candidate that is smaller than the
// baseline.
func choose(res *Result) {
	best := res.Baseline.Image.Sizes().Disk
	for i, c := range res.Candidates {
		if c.Built == nil {
			continue
		}
		if res.Best < 0 || c.Verdict == Same && res.Candidates[res.Best].Verdict != Same {
			res.Best = i
		}
		if size := c.Built.Image.Sizes().Disk; c.Verdict == Same && size < best {
			res.Chosen, best = i, size
		}
	}
	if res.Chosen >= 0 {
		res.Best = res.Chosen
	}
}
