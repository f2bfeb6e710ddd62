// Package sl2008 is the rule copied-twice.
package sl2008

import (
	"fmt"
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// Rule is SL2008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2008",
		Name:     "copied-twice",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The same directory is copied twice",
			Why:   "Layers are not compared with each other: what two of them hold is stored, pushed and pulled twice. If the files are needed at two places, a link to the first is enough; if the second COPY is for changes in between, copy once, after them.",
			Bad:   "FROM nginx:1.27\nCOPY dist/ /usr/share/nginx/html/\nCOPY nginx.conf /etc/nginx/\nCOPY dist/ /usr/share/nginx/html/\n",
			Good:  "FROM nginx:1.27\nCOPY dist/ /usr/share/nginx/html/\nCOPY nginx.conf /etc/nginx/\n",
			More: []rule.Example{
				{
					Name:       "to two places",
					Dockerfile: "FROM a AS b\nFROM debian:12\nCOPY --from=b /app/ /app/\nCOPY --from=b /app/ /srv/app/\nCOPY --from=b /app/x /y\nCOPY --from=c /app/ /z/\n",
					Lines:      []int{4},
					Fixed:      "FROM a AS b\nFROM debian:12\nCOPY --from=b /app/ /app/\nCOPY --from=b /app/ /srv/app/\nCOPY --from=b /app/x /y\nCOPY --from=c /app/ /z/\n",
				},
				{
					Name:       "with a RUN in between that may have changed it",
					Dockerfile: "FROM debian:12\nCOPY . /app\nRUN make -C /app\nCOPY . /app\n",
					Lines:      []int{4},
					Fixed:      "FROM debian:12\nCOPY . /app\nRUN make -C /app\nCOPY . /app\n",
				},
				{Name: "manifests first", Dockerfile: "FROM node:22\nCOPY package.json /app/\nRUN npm ci\nCOPY . /app\nCOPY a.conf /x/\nCOPY a.conf /y/\n"},
				{Name: "parts and other owners", Dockerfile: "FROM debian:12\nCOPY --exclude=x src/ /a/\nCOPY src/ /b/\nFROM debian:12\nCOPY src/ /c/\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
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
		for k, e := range events {
			if e.Kind != trace.Made || e.Copy == nil || !e.Tree || e.In.Stage != s || len(e.Copy.Excludes) > 0 {
				continue
			}
			if first := slices.IndexFunc(events[:k], func(b trace.Event) bool { return same(b, e) }); first >= 0 {
				report(p, events[first], e)
			}
		}
	}
}

// same reports whether two events copy the same.
func same(a, b trace.Event) bool {
	return a.Copy != nil && a.In != b.In && a.Copy.From.Text == b.Copy.From.Text && a.Copy.FromStage == b.Copy.FromStage && len(a.Copy.Excludes) == 0 &&
		trace.InContext(a.Source.Text) == trace.InContext(b.Source.Text)
}

func report(p *rule.Pass, first, again trace.Event) {
	line, _ := p.File.Source.Position(first.In.KeywordSpan.Start)
	f := finding.Finding{
		Span:    again.Span,
		Message: fmt.Sprintf("line %d copies it already, to %s", line, first.Copy.Dest.Raw),
		Hint:    "copy it once, and link to it where it is needed too",
	}
	if p.Context != nil && again.Copy.From.Text == "" {
		if info, ok := p.Context.Stat(trace.InContext(again.Source.Text)); ok && info.Size > 0 {
			f.Cost = finding.Cost{Bytes: info.Size, Basis: finding.Measured}
		}
	}
	if first.Path == again.Path && len(again.Copy.Sources) == 1 && quiet(first.In, again.In) {
		f.Fixes = []finding.Fix{{
			Title: "remove the second", Safety: finding.Suggestion, Edits: []source.Edit{source.Delete(again.In.Span)},
		}}
	}
	p.Report(f)
}

// quiet reports whether no RUN and no copy to the same place stands between
// two instructions of a stage.
func quiet(from, to *dockerfile.Instruction) bool {
	if from.Stage != to.Stage {
		return false
	}
	for _, in := range from.Stage.Instructions {
		if _, ok := in.Command.(*dockerfile.Run); ok && in.Span.Start > from.Span.Start && in.Span.Start < to.Span.Start {
			return false
		}
	}
	return true
}
