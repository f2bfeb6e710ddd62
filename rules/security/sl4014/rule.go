// Package sl4014 is the rule dead-keyserver.
package sl4014

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4014.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4014",
		Name:     "dead-keyserver",
		Aliases:  []string{"parfum:gpgUseHaPools"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The key server is gone, or often away",
			Why: "The pool of SKS key servers was shut down in 2021, and its names lead nowhere. A build that asks it works only as long as the layer is cached. " +
				"keys.openpgp.org and keyserver.ubuntu.com answer; best is the key as a file in the repository, which needs no server at all.",
			Bad:  "FROM debian:12\nRUN gpg --batch --keyserver hkps://ha.pool.sks-keyservers.net --recv-keys 0123456789ABCDEF\n",
			Good: "FROM debian:12\nRUN gpg --batch --keyserver hkps://keyserver.ubuntu.com --recv-keys 0123456789ABCDEF\n",
			More: []rule.Example{
				{
					Name:       "wherever it stands",
					Dockerfile: "FROM debian:12\nRUN for s in keys.gnupg.net p80.pool.sks-keyservers.net:80; do gpg --keyserver \"$s\" --recv-keys A; done; apt-key adv --keyserver pool.sks-keyservers.net --recv A\n",
					Lines:      []int{2, 2, 2},
				},
				{Name: "those that answer", Dockerfile: "FROM debian:12\nRUN gpg --keyserver keys.openpgp.org --recv-keys A || gpg --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys A\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://keyserver.ubuntu.com/", "https://keys.openpgp.org/about/faq"},
		},
		Run: run,
	}
}

// dead are ends of the names of servers that are gone.
func dead() []string { return []string{"sks-keyservers.net", "keys.gnupg.net", "keyserver.pgp.com"} }

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		if in.Name() != "RUN" {
			continue
		}
		logical := in.Logical()
		text := logical.Text()
		for from := 0; from < len(text); {
			span, ok := server(text, from)
			if !ok {
				break
			}
			from = span.End
			f := finding.Finding{
				Span:    logical.OrigSpan(span),
				Message: "the key server " + text[span.Start:span.End] + " does not answer any more",
				Hint:    "use keyserver.ubuntu.com or keys.openpgp.org, or copy the key into the repository",
			}
			if logical.Exact(span) {
				f.Fixes = []finding.Fix{{
					Title: "ask keyserver.ubuntu.com", Safety: finding.Suggestion,
					Edits: []source.Edit{{Span: logical.OrigSpan(span), New: "keyserver.ubuntu.com"}},
				}}
			}
			p.Report(f)
		}
	}
}

// server finds the next name of a dead server from an offset on.
func server(text string, from int) (source.Span, bool) {
	best, found := source.Span{}, false
	for _, d := range dead() {
		at := strings.Index(text[from:], d)
		if at < 0 || found && from+at > best.Start {
			continue
		}
		end := from + at + len(d)
		start := from + at
		for start > from && strings.IndexByte("abcdefghijklmnopqrstuvwxyz0123456789-.", text[start-1]) >= 0 {
			start--
		}
		best, found = source.Span{Start: start, End: end}, true
	}
	return best, found
}
