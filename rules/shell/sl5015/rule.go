// Package sl5015 is the rule asks-questions.
package sl5015

import (
	"slices"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5015.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5015",
		Name:     "asks-questions",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A command asks, and nobody answers",
			Why:   "A build has no terminal. A command that asks for a password or a choice fails, or takes an empty answer; most have a flag that answers beforehand.",
			Bad:   "FROM debian:12\nRUN adduser app\n",
			Good:  "FROM debian:12\nRUN adduser --disabled-password --gecos \"\" app\n",
			More: []rule.Example{
				{Name: "keys and settings", Dockerfile: "FROM debian:12\nRUN ssh-keygen -t ed25519 && openssl req -x509 -newkey rsa:2048 && dpkg-reconfigure tzdata && passwd root && mysql_secure_installation\n", Lines: []int{2, 2, 2, 2, 2}},
				{Name: "the answer is given", Dockerfile: "FROM debian:12\nRUN ssh-keygen -t ed25519 -N '' -f k && openssl req -x509 -subj /CN=x && dpkg-reconfigure -f noninteractive tzdata && passwd -l root && yes | dpkg-reconfigure x && DEBIAN_FRONTEND=noninteractive dpkg-reconfigure y && ssh-keygen -A && openssl version\n"},
				{Name: "adduser of other systems, and for groups", Dockerfile: "FROM alpine:3.20\nRUN adduser -D app && adduser -S -G g app && adduser --system --uid 1001 web && adduser app g\nFROM fedora:41\nRUN adduser app\nFROM debian:12\nRUN adduser --system app && adduser app group && addgroup x\nENV DEBIAN_FRONTEND=noninteractive\nRUN dpkg-reconfigure x\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://manpages.debian.org/bookworm/adduser/adduser.8.en.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if flag := answer(c); flag != "" && !c.Command().Piped && !input(c) {
			p.Report(finding.Finding{
				Span:    c.Words[0].Orig,
				Message: c.Name + " asks, and nobody answers",
				Hint:    "add " + flag,
			})
		}
	}
}

// input reports whether a command reads a file or a heredoc.
func input(c rule.Shell) bool {
	return slices.ContainsFunc(c.Command().Redirs, func(r shellcmd.Redir) bool { return r.Op[0] == '<' })
}
