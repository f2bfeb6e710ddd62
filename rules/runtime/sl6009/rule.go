// Package sl6009 is the rule stop-signal.
package sl6009

import (
	"slices"

	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
	"schlank/source"
)

// Rule is SL6009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6009",
		Name:     "stop-signal",
		Aliases:  []string{},
		Category: rule.Runtime,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "The server wants another signal to end well",
			Why:   "docker stop sends SIGTERM unless STOPSIGNAL says otherwise. Some servers take that for \"drop everything\": nginx cuts off its visitors, PostgreSQL waits for them until it is killed. Official images set the signal; one that installs the server itself must do so too.",
			Bad:   "FROM debian:13-slim\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
			Good:  "FROM debian:13-slim\nSTOPSIGNAL SIGQUIT\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
			More: []rule.Example{
				{Name: "set", Dockerfile: "FROM debian:13-slim AS a\nSTOPSIGNAL SIGQUIT\nFROM a\nCMD [\"nginx\"]\n"},
				{Name: "the official image sets it", Dockerfile: "FROM nginx:1.29-alpine\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n"},
				{Name: "others", Dockerfile: "FROM debian:13-slim\n# run\nENTRYPOINT [\"apache2ctl\", \"-D\", \"FOREGROUND\"]\nFROM debian:13\nCMD exec postgres\n", Lines: []int{3, 5}, Fixed: "FROM debian:13-slim\nSTOPSIGNAL SIGWINCH\n# run\nENTRYPOINT [\"apache2ctl\", \"-D\", \"FOREGROUND\"]\nFROM debian:13\nSTOPSIGNAL SIGINT\nCMD exec postgres\n"},
				{Name: "servers that end on SIGTERM", Dockerfile: "FROM debian:13-slim\nCMD [\"gunicorn\", \"a\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://nginx.org/en/docs/control.html", "https://httpd.apache.org/docs/2.4/stopping.html", "https://www.postgresql.org/docs/current/server-shutdown.html", "https://www.haproxy.org/download/3.2/doc/management.txt"},
		},
		Run: run,
	}
}

// signal is the signal on which a server ends what it is doing and then itself,
// and the official images that set it; "" for a server that does so on SIGTERM.
func signal(program string) (name string, images []string) {
	switch program {
	case "nginx", "openresty":
		return "SIGQUIT", []string{"nginx"}
	case "apache2", "apache2ctl", "apachectl", "httpd", "httpd-foreground", "apache2-foreground":
		return "SIGWINCH", []string{"httpd", "php", "wordpress", "drupal", "nextcloud"}
	case "php-fpm":
		return "SIGQUIT", []string{"php", "wordpress", "drupal", "nextcloud"}
	case "postgres":
		return "SIGINT", []string{"postgres"}
	case "haproxy":
		return "SIGUSR1", []string{"haproxy"}
	case "systemd":
		return "SIGRTMIN+3", nil
	}
	return "", nil
}

func run(p *rule.Pass) {
	for _, s := range start.Results(p) {
		if start.Last(s, "STOPSIGNAL") != nil {
			continue
		}
		base, _ := reference.Parse(s.Root().Base.Text)
		for _, program := range start.Programs(s) {
			name, images := signal(program.Name)
			if name == "" || slices.Contains(images, base.Official()) {
				continue
			}
			at := p.File.Syntax.Above(program.In.Instruction)
			p.Report(finding.Finding{
				Span:    program.Words[0].Orig,
				Message: program.Name + " ends well on " + name + ", not on SIGTERM",
				Hint:    "write STOPSIGNAL " + name,
				Fixes: []finding.Fix{{
					Title:  "set the signal",
					Safety: finding.Suggestion,
					Edits:  []source.Edit{source.Insert(at, "STOPSIGNAL "+name+p.File.Source.Newline())},
				}},
			})
			break
		}
	}
}
