// Package sl5009 is the rule left-in-background.
package sl5009

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
)

// Rule is SL5009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5009",
		Name:     "left-in-background",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A process is started in the background at the end of a RUN",
			Why: "When the shell of a RUN ends, its container ends, and every process with it; the image keeps files, not processes. " +
				"What it was to do may be half done by then. A server is started by CMD or ENTRYPOINT.",
			Bad:  "FROM debian:12\nRUN redis-server /etc/redis.conf &\nCMD [\"app\"]\n",
			Good: "FROM debian:12\nCMD [\"redis-server\", \"/etc/redis.conf\"]\n",
			More: []rule.Example{
				{Name: "in other words", Dockerfile: "FROM debian:12\nRUN a && nohup b > log 2>&1 &\nRUN a; setsid b &\n", Lines: []int{2, 3}},
				{Name: "somebody waits for it, or it is used", Dockerfile: "FROM debian:12\nRUN a & b & wait\nRUN mysqld & sleep 5 && mysql < x && kill %1\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/engine/containers/multi-service_container/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range script.All(p) {
		if len(s.Steps) == 0 {
			continue
		}
		last := s.Steps[len(s.Steps)-1]
		if last.Next != shellcmd.Background || last.First >= last.Last {
			continue
		}
		span := s.File(s.Commands[last.Last-1].NextSpan)
		if span.Len() == 0 {
			span = s.File(last.Span)
		}
		p.Report(finding.Finding{
			Span:    span,
			Message: "the process ends with the RUN",
			Hint:    "start it with CMD or ENTRYPOINT, or wait for it",
		})
	}
}
