// Package sl5012 is the rule failure-hidden.
package sl5012

import (
	"slices"

	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL5012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5012",
		Name:     "failure-hidden",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "An installation may fail without anybody noticing",
			Why:   "With || true the image is built, cached and shipped without the package, and what needs it fails at run time. If the package is not needed, leave the line out; if it is, let the build fail.",
			Bad:   "FROM python:3.12\nRUN pip install --no-cache-dir orjson || true\n",
			Good:  "FROM python:3.12\nRUN pip install --no-cache-dir orjson\n",
			More: []rule.Example{
				{Name: "in other words", Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y a || : && npm ci || echo failed\n", Lines: []int{2, 2}, Fixed: "FROM debian:12\nRUN apt-get update && apt-get install -y a || : && npm ci || echo failed\n"},
				{Name: "another way to get it, or something else", Dockerfile: "FROM debian:12\nRUN pip install a || pip install b\nRUN apt-get purge -y a || true\nRUN npm install || exit 1\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_03"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Command().Next != shellcmd.Or {
			continue
		}
		a, ok := pkgmgr.Parse(c.Effective)
		if !ok || a.Verb != pkgmgr.Install {
			continue
		}
		next := follower(c)
		if next == nil || !slices.Contains([]string{"true", ":", "echo"}, next.Name) {
			continue
		}
		span := c.Script.File(source.Span{Start: c.Command().NextSpan.Start, End: next.Span.End})
		f := finding.Finding{
			Span:    span,
			Message: "nobody notices if " + a.Program + " fails",
			Hint:    "let the build fail, or leave the installation out",
		}
		if next.Name != "echo" && next.Next == shellcmd.End && c.Script == c.Run.Script {
			f.Fixes = []finding.Fix{{
				Title: "let the build fail", Safety: finding.Suggestion,
				Edits: []source.Edit{source.Delete(source.Span{Start: c.Command().Orig.End, End: span.End})},
			}}
		}
		p.Report(f)
	}
}

// follower is the command after the ||.
func follower(c rule.Shell) *shellcmd.Command {
	for k := c.Index + 1; k < len(c.Script.Commands); k++ {
		if next := &c.Script.Commands[k]; next.Span.Start >= c.Command().NextSpan.End {
			return next
		}
	}
	return nil
}
