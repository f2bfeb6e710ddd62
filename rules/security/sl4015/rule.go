// Package sl4015 is the rule password-set.
package sl4015

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4015.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4015",
		Name:     "password-set",
		Aliases:  []string{"CKV2_DOCKER_17", "DKL-LI-0001"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A user of the image gets a password",
			Why: "The password is the same in every container, its hash lies in /etc/shadow for all who can pull the image, and often it stands in the Dockerfile. " +
				"Nobody logs in to a container: a user needs a name and a number, no password.",
			Bad:  "FROM debian:12\nRUN useradd app && echo \"app:hunter2\" | chpasswd\n",
			Good: "FROM debian:12\nRUN useradd app\n",
			More: []rule.Example{
				{Name: "in all its forms", Dockerfile: "FROM debian:12\nRUN useradd -p '$6$x' a && usermod --password x a && echo x | passwd --stdin a && passwd -d root && chpasswd < list\n", Lines: []int{2, 2, 2, 2, 2}, Aliases: []string{"", "", "", "DKL-LI-0001", "CKV2_DOCKER_17"}},
				{Name: "locking is good", Dockerfile: "FROM debian:12\nRUN passwd -l root && useradd -m a && usermod -L a && adduser --disabled-password a && useradd -rp '*' b && useradd --password '!' c\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://man7.org/linux/man-pages/man8/chpasswd.8.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.In.Stage == nil || !p.Shipped(c.In.Stage) || !sets(c) {
			continue
		}
		f := finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "every container gets the same password",
			Hint:    "a user of an image needs no password: leave it out",
			Aliases: []string{},
		}
		switch {
		case c.Name == "chpasswd":
			f.Aliases = []string{"CKV2_DOCKER_17"}
		case c.Name == "passwd" && c.Args(shellcmd.Options{}).Has("-d", "--delete"):
			f.Message, f.Aliases = "everybody can be this user without a password", []string{"DKL-LI-0001"}
		}
		p.Report(f)
	}
}

// sets reports whether a command gives a user a password, or an empty one.
func sets(c rule.Shell) bool {
	switch c.Name {
	case "chpasswd":
		return true
	case "passwd":
		args := c.Args(shellcmd.Options{})
		return args.Has("--stdin", "-d", "--delete")
	case "useradd", "usermod":
		args := c.Args(shellcmd.Options{Values: []string{"-p", "--password", "-u", "-g", "-G", "-d", "-s", "-c", "-k", "-e", "-f", "-b", "-K", "-R", "-P"}})
		for _, flag := range []string{"-p", "--password"} {
			if v, ok := args.Value(flag); ok && v != "*" && v != "!" && v != "'*'" && v != "'!'" {
				return true
			}
		}
	}
	return false
}
