// Package sl4017 is the rule docker-socket.
package sl4017

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4017.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4017",
		Name:     "docker-socket",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The image expects the socket of the container engine",
			Why: "Who can talk to that socket can start a container with all rights, and so owns the machine. " +
				"A build inside of a container is better done by a BuildKit of its own, rootless; a program that watches containers can ask a proxy that only lets it read.",
			Bad:  "FROM docker:27-cli\nVOLUME /var/run/docker.sock\n",
			Good: "FROM docker:27-cli\nENV DOCKER_HOST=tcp://socket-proxy:2375\n",
			More: []rule.Example{
				{Name: "as an address and as a mount", Dockerfile: "FROM debian:12\nENV DOCKER_HOST=unix:///run/docker.sock\nRUN --mount=type=bind,source=/var/run/docker.sock,target=/var/run/docker.sock true\n", Lines: []int{2, 3}},
				{Name: "other places", Dockerfile: "FROM debian:12\nVOLUME /var/run\nVOLUME [\"/data\"]\nENV DOCKER_HOST=tcp://x:2375\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/engine/security/#docker-daemon-attack-surface"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		switch c := in.Command.(type) {
		case *dockerfile.Volume:
			for _, v := range c.Paths {
				look(p, v.Text, v.Span)
			}
		case *dockerfile.EnvVars:
			for _, v := range c.Vars {
				if address, ok := strings.CutPrefix(v.Value.Text, "unix://"); ok {
					look(p, address, v.Span)
				}
			}
		case *dockerfile.Run:
			for _, m := range c.Mounts {
				look(p, m.Target.Text, m.Span)
			}
		}
	}
}

// look reports a path that is a socket of a container engine.
func look(p *rule.Pass, name string, at source.Span) {
	switch path.Base(name) {
	case "docker.sock", "containerd.sock", "podman.sock", "crio.sock":
		p.Report(finding.Finding{
			Span:    at,
			Message: "who can talk to this socket owns the machine",
			Hint:    "build with a BuildKit of its own, or put a proxy in front that only lets it read",
		})
	}
}
