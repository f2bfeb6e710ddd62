// Package sl4016 is the rule run-unconfined.
package sl4016

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4016.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4016",
		Name:     "run-unconfined",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A RUN leaves the sandbox of the build",
			Why: "With --security=insecure the command has all rights on the machine that builds, with --network=host it reaches everything that machine reaches. " +
				"A build server has to allow that expressly, and most rightly do not.",
			Bad:  "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN --security=insecure make image\n",
			Good: "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN make image\n",
			More: []rule.Example{
				{Name: "the network of the host", Dockerfile: "FROM debian:12\nRUN --network=host make test\nRUN --network=none make\nRUN --security=sandbox make\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#run---security", "https://docs.docker.com/reference/dockerfile/#run---network"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		r, ok := in.Command.(*dockerfile.Run)
		if !ok {
			continue
		}
		if r.Security == "insecure" {
			p.Report(finding.Finding{
				Span:    in.Flag("security").Span,
				Message: "the command has all rights on the machine that builds",
				Hint:    "do what needs them outside of the build",
			})
		}
		if r.Network == "host" {
			p.Report(finding.Finding{
				Span:    in.Flag("network").Span,
				Message: "the command reaches all that the machine that builds can reach",
				Hint:    "the default network reaches the internet too",
			})
		}
	}
}
