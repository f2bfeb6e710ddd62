// Package sl2013 is the rule git-history.
package sl2013

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// Rule is SL2013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2013",
		Name:     "git-history",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "git clone brings the whole history into the image",
			Why:   "The history is often larger than what is built from it. --depth 1 fetches one commit only; ADD of a repository brings none of it.",
			Bad:   "FROM debian:12\nRUN git clone --branch v1.4.2 https://example.com/tool.git /opt/tool\n",
			Good:  "FROM debian:12\nRUN git clone --depth 1 --branch v1.4.2 https://example.com/tool.git /opt/tool\n",
			More: []rule.Example{
				{
					Name:       "a commit has to be fetched in another way",
					Dockerfile: "FROM debian:12\nRUN git clone https://x.example/a.git && cd a && git checkout 1a2b3c\n",
					Lines:      []int{2},
					Fixed:      "FROM debian:12\nRUN git clone https://x.example/a.git && cd a && git checkout 1a2b3c\n",
				},
				{Name: "it is not left, or not fetched", Dockerfile: "FROM debian:12\nRUN git clone x /a && rm -rf /a/.git && git clone --depth=1 y && git clone --filter=blob:none z && cd /tmp && git clone w /w && rm -rf /w\n"},
				{Name: "a builder", Dockerfile: "FROM debian:12 AS b\nRUN git clone x\nFROM debian:12\nCOPY --from=b /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://git-scm.com/docs/git-clone#Documentation/git-clone.txt---depthdepth"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		events := trace.Events(p)[s.Index]
		for k, e := range events {
			if e.Kind != trace.Made || e.Shell.Name != "git" || shallow(e) || removed(events[k+1:], e) {
				continue
			}
			clone := e.Shell.Words[1]
			f := finding.Finding{
				Span:    e.Shell.Words[0].Orig.Hull(clone.Orig),
				Message: "the whole history stays in the layer",
				Hint:    "clone with --depth 1, or delete .git in the same RUN",
			}
			if clone.Value == "clone" && !again(e) {
				f.Fixes = []finding.Fix{{
					Title: "clone one commit only", Safety: finding.Suggestion, Edits: []source.Edit{edit.After(clone, "--depth 1")},
				}}
			}
			p.Report(f)
		}
	}
}

// shallow reports whether a clone is limited, or is a mirror that is wanted
// whole.
func shallow(e trace.Event) bool {
	return e.Shell.Args(shellcmd.Options{}).Has("--depth", "--filter", "--shallow-since", "--shallow-exclude", "--mirror", "--bare")
}

// removed reports whether the same RUN deletes the clone, or its history.
func removed(after []trace.Event, e trace.Event) bool {
	history := e
	history.Path += "/.git"
	for _, d := range after {
		if d.In != e.In {
			return false
		}
		if d.Kind == trace.Deleted && (trace.Takes(d, e) || trace.Hits(d, history)) {
			return true
		}
	}
	return false
}

// again reports whether a later command of the RUN uses the history.
func again(e trace.Event) bool {
	for _, c := range e.Shell.Script.Commands[e.Shell.Index+1:] {
		if name := c.Effective().Name; name == "git" {
			return true
		}
	}
	return false
}
