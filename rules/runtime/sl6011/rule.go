// Package sl6011 is the rule command-without-use.
package sl6011

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL6011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6011",
		Name:     "command-without-use",
		Aliases:  []string{"DL3001"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A command that is of no use in a build",
			Why:   "During a build there is no terminal, no init system, and no process but those of the same RUN. An editor waits for nobody, and a service that is started in one RUN is gone in the next.",
			Bad:   "FROM debian:13-slim\nRUN service postgresql start\n",
			Good:  "FROM debian:13-slim\nRUN service postgresql start && createdb app\n",
			More: []rule.Example{
				{Name: "terminals and systems", Dockerfile: "FROM debian:13-slim\nRUN top\nRUN vim /etc/motd && sudo shutdown\nRUN systemctl start nginx\n", Lines: []int{2, 3, 3, 4}, Aliases: []string{"DL3001", "DL3001", "DL3001", ""}},
				{Name: "what works", Dockerfile: "FROM debian:13-slim\nRUN systemctl enable nginx\nRUN --mount=type=ssh ssh -T git@example.com\nRUN server & sleep 1; kill $!\nRUN apt-get install vim\nRUN --security=insecure mount /x /y\n"},
				{Name: "without what they need", Dockerfile: "FROM debian:13-slim\nRUN ssh example.com\nRUN mount /x /y\nRUN kill 1\n", Lines: []int{2, 3, 4}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#run"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		ids, why := useless(c)
		if why == "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Command().Orig,
			Message: c.Name + " is of no use in a build: " + why,
			Aliases: ids,
		})
	}
}

// useless says why a command is of no use where it stands, "" if it may be.
func useless(c rule.Shell) (ids []string, why string) {
	last := c.Index == len(c.Script.Commands)-1
	ids = []string{"DL3001"}
	switch c.Name {
	case "vim", "top", "free", "ps":
		return ids, "nobody looks on"
	case "vi", "nano", "emacs", "htop", "less", "more":
		return []string{}, "nobody looks on"
	case "shutdown":
		return ids, "there is no init system"
	case "reboot", "halt", "poweroff", "telinit":
		return []string{}, "there is no init system"
	case "systemctl":
		if start := slices.ContainsFunc(c.Words, func(w shellcmd.Word) bool { return w.Value == "start" || w.Value == "restart" || w.Value == "reload" }); start {
			return []string{}, "there is no init system"
		}
	case "service":
		if last {
			return ids, "what it starts ends with this RUN"
		}
	case "kill":
		if len(c.Script.Commands) == 1 {
			return ids, "there is no process but its own"
		}
	case "mount":
		if c.Run.Security != "insecure" && len(c.Words) > 1 {
			return ids, "mounting needs rights that a RUN does not have"
		}
	case "ssh":
		if !hasSSH(c.Run) {
			return ids, "it has no key; write RUN --mount=type=ssh"
		}
	}
	return nil, ""
}

func hasSSH(r *dockerfile.Run) bool {
	return slices.ContainsFunc(r.Mounts, func(m dockerfile.Mount) bool {
		return m.Type == "ssh" || m.Type == "secret" || strings.Contains(m.Target.Text, ".ssh")
	})
}
