// Package sl2001 is the rule deleted-later.
package sl2001

import (
	"fmt"
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// Rule is SL2001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2001",
		Name:     "deleted-later",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Something is deleted in a later layer than it was made in",
			Why: "A layer never gets smaller. Deleting a file of an earlier layer only hides it: everybody who pulls the image pulls the file too. " +
				"Delete it in the RUN that makes it; mount what is only needed on the way.",
			Bad: "FROM debian:12\nRUN curl -fsSLo /tmp/app.tar.gz https://example.com/app.tar.gz \\\n    && tar -xzf /tmp/app.tar.gz -C /opt\nRUN rm /tmp/app.tar.gz\n",
			Good: "FROM debian:12\nRUN curl -fsSLo /tmp/app.tar.gz https://example.com/app.tar.gz \\\n    && tar -xzf /tmp/app.tar.gz -C /opt \\\n" +
				"    && rm /tmp/app.tar.gz\n",
			More:    examples(),
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#run", "https://docs.docker.com/reference/dockerfile/#run---mounttypebind"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		events := trace.Chain(p, s)
		done := map[source.Span]bool{}
		for k, e := range events {
			if e.Kind != trace.Deleted || e.In.Stage != s || done[e.Span] {
				continue
			}
			if m, ok := maker(events[:k], e); ok {
				done[e.Span] = true
				report(p, events, e, m)
			}
		}
	}
}

// maker is what made the path that is deleted, in an earlier layer that still
// has it.
func maker(before []trace.Event, d trace.Event) (trace.Event, bool) {
	for k := len(before) - 1; k >= 0; k-- {
		m := before[k]
		switch {
		case m.Kind == trace.Deleted && m.In != d.In && trace.Takes(m, d):
			// It was deleted before, and that was reported there.
			return trace.Event{}, false
		case m.Kind != trace.Made || !trace.Hits(d, m):
		case m.In == d.In:
			// Made again by this RUN, or unpacked into; that it deletes.
			if trace.Takes(d, m) {
				return trace.Event{}, false
			}
		case m.Copy == nil && cleaned(before[k+1:], m):
		default:
			return m, true
		}
	}
	return trace.Event{}, false
}

// cleaned reports whether the instruction that made something deletes it too.
func cleaned(after []trace.Event, m trace.Event) bool {
	for _, e := range after {
		if e.In != m.In {
			return false
		}
		if e.Kind == trace.Deleted && trace.Takes(e, m) {
			return true
		}
	}
	return false
}

// report reports a deletion that comes too late.
func report(p *rule.Pass, events []trace.Event, d, m trace.Event) {
	line, _ := p.File.Source.Position(m.In.KeywordSpan.Start)
	name := strings.TrimPrefix(p.Text(d.Span), `"`)
	f := finding.Finding{
		Span:    d.Span,
		Message: fmt.Sprintf("the layer of line %d keeps what is deleted here", line),
		Hint:    "delete it in the RUN that makes it",
		Cost:    cost(p, m),
	}
	switch {
	case strings.HasPrefix(m.Path, "package:"):
		f.Message = fmt.Sprintf("the layer of line %d keeps the packages that are removed here", line)
		f.Hint = "install and remove them in one RUN, or build in another stage"
	case d.Shell.Name == "mv":
		f.Message = fmt.Sprintf("the layer of line %d keeps %s, and this one has it again", line, name)
		f.Hint = "put it where it belongs when it is made"
	case m.Copy != nil:
		f.Hint = "mount it in the RUN that needs it: --mount=type=bind, or leave it out of the COPY"
	}
	if x, ok := move(p, events, d, m); ok {
		f.Fixes = []finding.Fix{x}
	} else if x, ok := mount(p, events, d, m); ok {
		f.Fixes = []finding.Fix{x}
	}
	p.Report(f)
}

// cost is the size of what a COPY brought, where the context tells.
func cost(p *rule.Pass, m trace.Event) finding.Cost {
	if m.Copy == nil || m.Copy.From.Text != "" || p.Context == nil || m.Tree {
		return finding.Cost{}
	}
	info, ok := p.Context.Stat(trace.InContext(m.Source.Text))
	if !ok || info.Dir || info.Size == 0 {
		return finding.Cost{}
	}
	return finding.Cost{Bytes: info.Size, Basis: finding.Measured}
}
