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
			Why: "A build has no terminal, no init system and no processes but those of the same RUN: a service that is started ends with it, an editor waits for nobody, " +
				"and what is mounted is gone afterwards. Usually such a line was meant for a server.",
			Bad:  "FROM debian:12\nRUN service nginx start\n",
			Good: "FROM debian:12\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
			More: []rule.Example{
				{
					Name:       "services, terminals, machines",
					Dockerfile: "FROM debian:12\nRUN systemctl enable x && top && vim a && mount a b && shutdown now && systemctl restart y\n",
					Lines:      []int{2, 2, 2, 2, 2},
					Aliases:    []string{"DL3001", "DL3001", "DL3001", "DL3001", ""},
				},
				{Name: "without what they need", Dockerfile: "FROM debian:12\nRUN ssh example.com\nRUN mount /x /y\nRUN kill 1\n", Lines: []int{2, 3, 4}},
				{Name: "with it", Dockerfile: "FROM debian:12\nRUN service postgresql start && createdb app\nRUN --mount=type=ssh ssh -T git@example.com\nRUN server & sleep 1; kill $!\nRUN --security=insecure mount /x /y\nRUN mount | grep proc\n"},
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
		why, hint := pointless(c)
		if why == "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: c.Name + " is of no use in a build: " + why,
			Hint:    hint,
			Aliases: aliases(c.Name),
		})
	}
}

// aliases is what hadolint calls it, which knows fewer commands.
func aliases(name string) []string {
	switch name {
	case "ssh", "vim", "shutdown", "service", "ps", "free", "top", "kill", "mount", "ifconfig":
		return []string{"DL3001"}
	}
	return []string{}
}
