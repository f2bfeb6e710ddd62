// Package sl2007 is the rule runs-mergeable.
package sl2007

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL2007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2007",
		Name:     "runs-mergeable",
		Aliases:  []string{"DL3059"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "RUNs of one command each follow each other",
			Why: "Each RUN is a layer of its own: what the next one changes or deletes is stored twice or for nothing, and each layer costs time when the image is built and pulled. " +
				"One RUN for what belongs together is enough. RUNs of several commands are left alone: their author has grouped them. So are those of builder stages, whose layers are not shipped.",
			Bad:  "FROM debian:12\nRUN mkdir -p /var/lib/app\n# the user that the service runs as\nRUN useradd -r app\nRUN chown app /var/lib/app\n",
			Good: "FROM debian:12\nRUN mkdir -p /var/lib/app \\\n# the user that the service runs as\n    && useradd -r app \\\n    && chown app /var/lib/app\n",
			More: []rule.Example{
				{Name: "other flags, other circumstances, other forms", Dockerfile: "FROM debian:12\nRUN a\nRUN --mount=type=cache,target=/c b\nENV A=b\nRUN --mount=type=cache,target=/c c\nUSER x\nRUN d\n"},
				{Name: "groups", Dockerfile: "FROM debian:12\nRUN a && b\nRUN c\nRUN d; e\nRUN <<EOF\nf\nEOF\nRUN g\n"},
				{
					Name:       "what lasts to the end of a shell",
					Dockerfile: "FROM debian:12\nRUN set -x\nRUN make\nRUN cd /a\nRUN b\n",
					Lines:      []int{3, 4, 5},
					Fixed:      "FROM debian:12\nRUN set -x\nRUN make\nRUN cd /a\nRUN b\n",
				},
				{
					Name:       "comments that would hide a command or lose their meaning",
					Dockerfile: "FROM debian:12\nRUN a # why\nRUN b\n\n# hadolint ignore=DL3008\nRUN c\n",
					Lines:      []int{3, 6},
					Fixed:      "FROM debian:12\nRUN a # why\nRUN b\n\n# hadolint ignore=DL3008\nRUN c\n",
				},
				{
					Name:       "as its author writes",
					Dockerfile: "FROM debian:12\nRUN x && \\\n  y\nCOPY a b\nRUN c | d\n\nRUN if e; then f; fi\n",
					Lines:      []int{7},
					Fixed:      "FROM debian:12\nRUN x && \\\n  y\nCOPY a b\nRUN c | d && \\\n  if e; then f; fi\n",
				},
				{Name: "a builder", Dockerfile: "FROM debian:12 AS b\nRUN a\nRUN b\nFROM debian:12\nCOPY --from=b /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#run"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		var group []*dockerfile.Instruction
		for _, in := range append(slices.Clone(s.Instructions), nil) {
			if in != nil && single(in) && (len(group) == 0 || sameFlags(p, group[0], in)) {
				group = append(group, in)
				continue
			}
			report(p, group)
			group = nil
			if in != nil && single(in) {
				group = append(group, in)
			}
		}
	}
}

// single reports whether an instruction is a RUN of one command, or of one
// pipeline, if or loop.
func single(in *dockerfile.Instruction) bool {
	r, ok := in.Command.(*dockerfile.Run)
	return ok && len(in.Heredocs) == 0 && r.Script != nil && !r.Script.Opaque && len(r.Script.Steps) == 1 && r.Script.Steps[0].Next == shellcmd.End
}

// sameFlags reports whether two instructions have the same flags.
func sameFlags(p *rule.Pass, a, b *dockerfile.Instruction) bool {
	return slices.EqualFunc(a.Flags, b.Flags, func(x, y flag) bool { return p.Text(x.Span) == p.Text(y.Span) })
}

// report reports all but the first of RUNs that follow each other. The first
// finding has the fix for all.
func report(p *rule.Pass, group []*dockerfile.Instruction) {
	for k := 1; k < len(group); k++ {
		f := finding.Finding{
			Span:    group[k].KeywordSpan,
			Message: "this RUN and the one before it can be one",
			Hint:    "join the commands with &&",
		}
		if edits, ok := merge(p, group); ok && k == 1 {
			f.Fixes = []finding.Fix{{Title: "merge the RUNs", Safety: finding.Equivalent, Edits: edits}}
		}
		p.Report(f)
	}
}

// merge makes one RUN of a group.
func merge(p *rule.Pass, group []*dockerfile.Instruction) ([]source.Edit, bool) {
	join := joiner(p)
	var edits []source.Edit
	for k, in := range group {
		if in.Command.(*dockerfile.Run).JSON || !closed(in) {
			return nil, false
		}
		if k == 0 {
			continue
		}
		before := group[k-1]
		if lasting(before) {
			return nil, false
		}
		between := source.Span{Start: before.Bare().End, End: in.KeywordSpan.Start}
		text, ok := join.text(p, between)
		if !ok {
			return nil, false
		}
		start := in.Args.File().Start
		edits = append(edits, source.Edit{Span: source.Span{Start: between.Start, End: start}, New: text})
	}
	return edits, true
}

// closed reports whether nothing but the command stands in a RUN: after a
// comment the next command would be part of it.
func closed(in *dockerfile.Instruction) bool {
	s := in.Command.(*dockerfile.Run).Script
	step := s.Steps[0].Span
	return strings.TrimSpace(s.Text.Text()[step.End:]) == "" && strings.TrimSpace(s.Text.Text()[:step.Start]) == ""
}

// lasting reports whether the command of a RUN changes the shell that the next
// command would run in.
func lasting(in *dockerfile.Instruction) bool {
	for _, c := range in.Command.(*dockerfile.Run).Script.Commands {
		if len(c.Words) == 0 || len(c.Assigns) > 0 && c.Name == "" {
			return true
		}
		switch c.Name {
		case "", "cd", "pushd", "popd", "export", "set", "shopt", "unset", "source", ".", "alias", "umask", "ulimit", "exec", "exit", "eval", "trap",
			"declare", "readonly", "return":
			return true
		}
		if slices.Contains(c.Within, shellcmd.Function) {
			return true
		}
	}
	return false
}
