// Package sl1123 is the rule dependencies-remain.
package sl1123

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1123.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1123",
		Name:     "dependencies-remain",
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "build-tool",
		Doc: rule.Doc{
			Title: "Packages are removed, and what they brought along stays",
			Why: "apt-get remove takes the named packages and leaves all that was only installed for them. gcc is a package of a few kilobytes that brings 180 MB; " +
				"removing it removes the kilobytes. --auto-remove takes along what nothing needs any more.",
			Bad:  "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends gcc && cc -o /a /a.c && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends gcc && cc -o /a /a.c && apt-get purge -y --auto-remove gcc && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "they go in one way or another",
					Dockerfile: "FROM a\nRUN apt-get install -y gcc && apt-get remove -y gcc && apt-get autoremove -y\nRUN apt-get install -y gcc && apt-get -y --autoremove purge gcc\nRUN apt-get install -y gcc && apt-get autopurge -y gcc\nRUN apk add gcc && apk del gcc\n",
				},
				{
					Name:       "what the base image has",
					Dockerfile: "FROM a\nRUN apt-get remove -y gcc\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://manpages.debian.org/bookworm/apt/apt-get.8.en.html#auto-remove"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if !p.Shipped(i.Stage) {
			continue
		}
		all := calls.Of(p, i)
		for k, c := range all {
			if c.Manager.Name != "apt" || c.Verb != pkgmgr.Remove || clears(c) || slices.ContainsFunc(all[k:], clears) {
				continue
			}
			if names := installed(all[:k], c); len(names) > 0 {
				p.Report(report(c, names))
			}
		}
	}
}

// clears reports whether a call removes what nothing needs any more.
func clears(c calls.Call) bool {
	return c.Manager.Name == "apt" && (strings.HasPrefix(c.VerbText, "auto") && c.Verb == pkgmgr.Remove ||
		c.Action.Args.Has("--auto-remove", "--autoremove", "--purge-unused"))
}

// installed are the packages of a removal that calls before it have installed.
func installed(before []calls.Call, removal calls.Call) []string {
	var out []string
	for _, name := range removal.Names() {
		if slices.ContainsFunc(before, func(c calls.Call) bool {
			return c.Manager == removal.Manager && c.Verb == pkgmgr.Install && slices.Contains(c.Names(), name)
		}) {
			out = append(out, name)
		}
	}
	return out
}

func report(c calls.Call, names []string) finding.Finding {
	what := names[0]
	if more := len(names) - 1; more > 0 {
		what = fmt.Sprintf("%s and %d more", what, more)
	}
	return finding.Finding{
		Span:    c.CallSpan(),
		Message: fmt.Sprintf("what came along with %s stays", what),
		Hint:    "add --auto-remove",
		Cost:    estimate.Dependencies(names),
		Fixes: []finding.Fix{{
			Title: "add --auto-remove", Safety: finding.Suggestion,
			Edits: []source.Edit{edit.After(c.Action.Words[yes(c)], "--auto-remove")},
		}},
	}
}

// yes is the word after which flags go: that of -y if it comes after the verb.
func yes(c calls.Call) int {
	if s := c.Setting(pkgmgr.Yes); s != nil && s.Word > c.VerbWord {
		return s.Word
	}
	return c.VerbWord
}
