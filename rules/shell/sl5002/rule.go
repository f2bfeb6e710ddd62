// Package sl5002 is the rule wget-and-curl.
package sl5002

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5002",
		Name:     "wget-and-curl",
		Aliases:  []string{"DL4001", "DS-0014"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "Both wget and curl",
			Why:   "They do the same, and each comes with its own libraries and certificates. One of them is enough for a stage; with ADD, which downloads without either, it may need none.",
			Bad:   "FROM debian:12\nRUN wget -q https://example.com/a\nRUN curl -fsSO https://example.com/b\n",
			Good:  "FROM debian:12\nRUN curl -fsSO https://example.com/a\nRUN curl -fsSO https://example.com/b\n",
			More: []rule.Example{
				{Name: "in one RUN", Dockerfile: "FROM debian:12\nRUN curl a && wget b && curl c\n", Lines: []int{2}},
				{Name: "each stage for itself", Dockerfile: "FROM debian:12 AS a\nRUN curl a\nFROM debian:12\nRUN wget b\nRUN apt-get install -y curl wget\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#add"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	first := map[*dockerfile.Stage]string{}
	told := map[*dockerfile.Stage]bool{}
	for c := range p.Commands() {
		s := c.In.Stage
		if c.Name != "wget" && c.Name != "curl" || told[s] {
			continue
		}
		if first[s] == "" {
			first[s] = c.Name
		}
		if first[s] == c.Name {
			continue
		}
		told[s] = true
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "this stage downloads with " + first[s] + " already",
			Hint:    "use one of them for all downloads",
		})
	}
}
