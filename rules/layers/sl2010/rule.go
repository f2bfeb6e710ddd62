// Package sl2010 is the rule run-cd.
package sl2010

import (
	"slices"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL2010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2010",
		Name:     "run-cd",
		Aliases:  []string{"DL3003", "DS-0013"},
		Category: rule.Style,
		Severity: finding.Info,
		Off:      "cd for a few commands of a RUN is as clear as WORKDIR; where its effect is lost, SL5011 says so",
		Doc: rule.Doc{
			Title: "cd in a RUN, where WORKDIR would do",
			Why:   "WORKDIR makes the directory if it is missing, holds for all that follows and is seen at a glance. Long scripts that change directories are hard to follow.",
			Bad:   "FROM debian:12\nRUN cd /usr/src && make\n",
			Good:  "FROM debian:12\nWORKDIR /usr/src\nRUN make\n",
			More: []rule.Example{
				{Name: "wherever it stands", Dockerfile: "FROM debian:12\nRUN a && cd b && (cd c; d)\n", Lines: []int{2, 2}},
				{Name: "alone it is another rule", Dockerfile: "FROM debian:12\nRUN cd /a\nRUN echo cd\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#workdir"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "cd" || c.Script == c.Run.Script && len(c.Script.Steps) == 1 && len(c.Command().Within) == 0 {
			continue
		}
		if slices.Contains(c.Command().Within, shellcmd.Substitution) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "WORKDIR changes the directory for all that follows",
			Hint:    "use WORKDIR, or a flag such as make -C",
		})
	}
}
