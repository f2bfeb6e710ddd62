// Package sl6010 is the rule ssh-port.
package sl6010

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL6010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6010",
		Name:     "ssh-port",
		Aliases:  []string{"DS-0004", "CKV_DOCKER_1"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The image exposes the port of SSH",
			Why:   "A container needs no SSH server: docker exec and kubectl exec get in without keys, passwords and a second process to keep up to date.",
			Bad:   "FROM debian:13-slim\nEXPOSE 22 80\n",
			Good:  "FROM debian:13-slim\nEXPOSE 80\n",
			More: []rule.Example{
				{Name: "with a protocol", Dockerfile: "FROM debian:13-slim\nEXPOSE 22/tcp\n", Lines: []int{2}},
				{Name: "another protocol", Dockerfile: "FROM debian:13-slim\nEXPOSE 22/udp 2222\n"},
				{Name: "in a range", Dockerfile: "FROM debian:13-slim\nEXPOSE 20-25\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/cli/docker/container/exec/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Expose)
		if !ok {
			continue
		}
		for _, port := range c.Ports {
			if port.First <= 22 && 22 <= port.Last && port.Proto == "tcp" {
				p.Report(finding.Finding{
					Span:    port.Value.Span,
					Message: "port 22 is that of SSH, which a container does not need",
					Hint:    "leave it out, and get in with docker exec",
				})
			}
		}
	}
}
