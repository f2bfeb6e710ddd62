// Package sl5018 is the rule useless-cat.
package sl5018

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5018.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5018",
		Name:     "useless-cat",
		Aliases:  []string{"SC2002"},
		Category: rule.Style,
		Severity: finding.Info,
		Off:      "it is a matter of taste",
		Doc: rule.Doc{
			Title: "cat feeds a single file into a pipe",
			Why:   "The program after the pipe can read the file itself, by name or with <. That saves a process, and a pipe whose first command may fail unnoticed.",
			Bad:   "FROM debian:12\nRUN cat packages.txt | xargs apt-get install -y\n",
			Good:  "FROM debian:12\nRUN xargs apt-get install -y < packages.txt\n",
			More: []rule.Example{
				{Name: "several files, or none", Dockerfile: "FROM debian:12\nRUN cat a b | c && cat <<EOF | d\nx\nEOF\nRUN cat a > b && cat -A x | y && cat *.txt | z\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/cat.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "cat" || c.Command().Next != shellcmd.Pipe || c.Command().Piped || len(c.Words) != 2 || len(c.Command().Redirs) > 0 {
			continue
		}
		if w := c.Words[1]; w.Glob || !w.Static || w.Value == "-" || w.Value[:min(1, len(w.Value))] == "-" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "the next command can read " + c.Words[1].Text + " itself",
			Hint:    "write < " + c.Words[1].Text + " after it",
		})
	}
}
