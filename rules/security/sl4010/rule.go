// Package sl4010 is the rule apt-key.
package sl4010

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4010",
		Name:     "apt-key",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "apt-key trusts a key for every repository",
			Why: "A key that apt-key adds may sign packages of any repository, Debian's own included. apt-key is deprecated and is not part of Debian 13 any more. " +
				"Store the key as a file and name it where the repository is listed, with signed-by.",
			Bad: "FROM debian:12\nCOPY example.asc /tmp/\nRUN apt-key add /tmp/example.asc\n",
			Good: "FROM debian:12\nCOPY example.asc /etc/apt/keyrings/\n" +
				"RUN echo \"deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/debian stable main\" > /etc/apt/sources.list.d/example.list\n",
			More: []rule.Example{
				{Name: "in a pipeline", Dockerfile: "FROM debian:12\nRUN curl -fsSL https://x.example/key | sudo apt-key add - && apt-key adv --recv-keys A && apt-key list\n", Lines: []int{2, 2}},
			},
			Since:   "0.2",
			Sources: []string{"https://manpages.debian.org/bookworm/apt/apt-key.8.en.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "apt-key" || len(c.Words) < 2 || c.Words[1].Value != "add" && c.Words[1].Value != "adv" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "apt-key trusts the key for every repository, and is gone from Debian 13",
			Hint:    "store the key in /etc/apt/keyrings and name it with signed-by",
		})
	}
}
