// Package sl4009 is the rule setuid.
package sl4009

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4009.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4009",
		Name:     "setuid",
		Aliases:  []string{"CIS-DI-0008"},
		Category: rule.Security,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A program is made to run as its owner",
			Why: "Whoever starts a program with the setuid or setgid bit gets its owner's rights, usually root's; a mistake in it gives them away. " +
				"A container hardly needs one: what must run as root can be started as root, and single rights can be given with setcap or by the orchestrator.",
			Bad:  "FROM debian:12\nCOPY helper /usr/local/bin/\nRUN chmod u+s /usr/local/bin/helper\n",
			Good: "FROM debian:12\nCOPY helper /usr/local/bin/\nRUN setcap cap_net_bind_service=+ep /usr/local/bin/helper\n",
			More: []rule.Example{
				{Name: "as a number", Dockerfile: "FROM debian:12\nCOPY --chmod=4755 a /a\nRUN chmod 2755 /b && chmod 06755 /c && chmod +s /d\n", Lines: []int{2, 3, 3, 3}},
				{Name: "taking it away is good", Dockerfile: "FROM debian:12\nRUN chmod u-s /bin/su && chmod 0755 /a && chmod 1777 /b && chmod g+rwXs /srv\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://man7.org/linux/man-pages/man7/inode.7.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		if in.Stage == nil || !p.Shipped(in.Stage) {
			continue
		}
		switch c := in.Command.(type) {
		case *dockerfile.Copy:
			if c.Chmod.Known && special(c.Chmod.Text) {
				report(p, c.Chmod.Span)
			}
		case *dockerfile.Run:
			for _, s := range p.CommandsOf(in) {
				if s.Name != "chmod" {
					continue
				}
				args := s.Args(shellcmd.Options{})
				if len(args.Operands) < 2 {
					continue
				}
				if w := s.Words[args.Operands[0]]; w.Static && special(w.Value) {
					report(p, w.Orig)
				}
			}
		}
	}
}

// special reports whether a mode sets the setuid or the setgid bit.
func special(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		return len(mode) >= 4 && (mode[len(mode)-4]-'0')&6 != 0
	}
	for part := range strings.SplitSeq(mode, ",") {
		if k := strings.IndexAny(part, "+="); k >= 0 && strings.Contains(part[k:], "s") {
			return true
		}
	}
	return false
}

func report(p *rule.Pass, span source.Span) {
	p.Report(finding.Finding{
		Span:    span,
		Message: "this mode lets the program run with its owner's rights",
		Hint:    "run it as the user it needs, or give it single rights with setcap",
	})
}
