// Package sl2012 is the rule useradd-log.
package sl2012

import (
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/source"
)

// Rule is SL2012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2012",
		Name:     "useradd-log",
		Aliases:  []string{"DL3046"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "useradd with a high number writes huge log files",
			Why: "useradd makes an entry in lastlog and faillog at a place that is given by the number of the user. The files are sparse, but a layer stores their holes: " +
				"for a number in the millions they have hundreds of megabytes. -l leaves the entry out.",
			Bad:  "FROM debian:12\nRUN useradd -u 1234567 app\n",
			Good: "FROM debian:12\nRUN useradd -l -u 1234567 app\n",
			More: []rule.Example{
				{Name: "low numbers, no number, or no log", Dockerfile: "FROM debian:12\nRUN useradd -u 12345 a && useradd b && useradd -l c && useradd --no-log-init --uid=1234567 d && useradd -lu 1234567 e && usermod -u 1234567 f\n"},
				{Name: "in other words", Dockerfile: "FROM debian:12\nRUN sudo useradd --uid 1234567 app && useradd --uid=1000000 b\n", Lines: []int{2, 2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#user", "https://github.com/golang/go/issues/13548"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "useradd" {
			continue
		}
		args := c.Args(shellcmd.Options{Values: []string{
			"-u", "--uid", "-g", "--gid", "-G", "--groups", "-d", "--home-dir", "-s", "--shell", "-c", "--comment", "-p", "--password", "-k", "-e", "-f", "-b", "-K", "-R", "-P",
		}})
		if args.Has("-l", "--no-log-init") {
			continue
		}
		for _, f := range args.Flags {
			// Up to five digits the files stay small.
			if f.Name != "-u" && f.Name != "--uid" || len(f.Value) <= 5 || strings.Trim(f.Value, "0123456789") != "" {
				continue
			}
			p.Report(finding.Finding{
				Span:    c.Words[f.Word].Orig.Hull(c.Words[f.ValueWord].Orig),
				Message: "lastlog and faillog get a place for each number up to " + f.Value,
				Hint:    "add -l",
				Fixes: []finding.Fix{{
					Title: "add -l", Safety: finding.Equivalent, Edits: []source.Edit{edit.After(c.Words[0], "-l")},
				}},
			})
		}
	}
}
