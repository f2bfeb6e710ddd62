// Package sl5010 is the rule pointless-in-build.
package sl5010

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5010",
		Name:     "pointless-in-build",
		Aliases:  []string{"DL3001"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A command that is of no use in a build",
			Why: "A build has no terminal, no init system and no processes but its own: starting a service starts it for the moment, an editor waits for nobody, " +
				"and what is mounted is gone with the RUN. Usually such a line was meant for a server.",
			Bad:  "FROM debian:12\nRUN service nginx start\n",
			Good: "FROM debian:12\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
			More: []rule.Example{
				{
					Name:       "services, terminals, machines",
					Dockerfile: "FROM debian:12\nRUN systemctl enable x && top && vim a && mount a b && shutdown now && systemctl restart y\n",
					Lines:      []int{2, 2, 2, 2, 2},
					Aliases:    []string{"DL3001", "DL3001", "DL3001", "DL3001", ""},
				},
				{Name: "a link that an init system in the image will read", Dockerfile: "FROM fedora:41\nRUN systemctl enable nginx && apt-get install -y vim ssh && echo top\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#decouple-applications"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		why, aliases := pointless(c)
		if why == "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: c.Name + " is of no use in a build: " + why,
			Hint:    "leave it out, or do it when the container starts",
			Aliases: aliases,
		})
	}
}

// pointless says why a command is of no use, "" if it is.
func pointless(c rule.Shell) (why string, aliases []string) {
	hadolint := []string{"DL3001"}
	switch c.Name {
	case "service", "initctl", "invoke-rc.d":
		why = "what it starts ends with the RUN"
	case "systemctl":
		if len(c.Words) > 1 {
			switch c.Words[1].Value {
			case "start", "restart", "stop", "reload", "daemon-reload", "status":
				return "there is no systemd", []string{}
			}
		}
		return "", nil
	case "ssh", "vim", "vi", "nano", "emacs", "top", "htop", "less", "more":
		why = "there is no terminal"
	case "shutdown", "reboot", "halt", "poweroff":
		why = "there is no machine to stop"
	case "ps", "free", "kill":
		why = "there is nothing running but the RUN itself"
	case "mount", "ifconfig":
		why = "what it changes is gone after the RUN, and it needs rights that a build has not"
	}
	switch c.Name {
	case "initctl", "invoke-rc.d", "vi", "nano", "emacs", "htop", "less", "more", "reboot", "halt", "poweroff":
		hadolint = []string{}
	case "kill":
		// Ending a server that the same RUN has started for a test.
		for _, other := range c.Script.Commands[:c.Index] {
			if other.Next == "&" {
				return "", nil
			}
		}
	}
	return why, hadolint
}
