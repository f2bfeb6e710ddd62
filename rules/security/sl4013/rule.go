// Package sl4013 is the rule gpg-batch.
package sl4013

import (
	"slices"
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4013",
		Name:     "gpg-batch",
		Aliases:  []string{"parfum:gpgUseBatchFlag"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "gpg is not told that nobody watches",
			Why: "Without --batch gpg is made for a person at a terminal: it may ask, and it tries things again that a script should see fail. " +
				"In a build it then hangs or ends with a message about a missing terminal.",
			Bad:  "FROM debian:12\nRUN gpg --import key.asc && gpg --verify app.tar.gz.asc app.tar.gz\n",
			Good: "FROM debian:12\nRUN gpg --batch --import key.asc && gpg --batch --verify app.tar.gz.asc app.tar.gz\n",
			More: []rule.Example{
				{Name: "what is fine", Dockerfile: "FROM debian:12\nRUN gpg --batch --verify a b && gpg --version && gpg --no-tty --list-keys && gpgconf --kill all && apt-get install -y gpg\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://www.gnupg.org/documentation/manuals/gnupg/Unattended-Usage-of-GPG.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "gpg" && c.Name != "gpg2" {
			continue
		}
		works := false
		for _, w := range c.Words[1:] {
			name, _, _ := strings.Cut(w.Text, "=")
			if name == "--batch" {
				works = false
				break
			}
			works = works || slices.Contains([]string{
				"--import", "--verify", "--recv-keys", "--recv-key", "--receive-keys", "--recv", "--decrypt", "-d", "--dearmor", "--export",
				"--gen-key", "--generate-key", "--sign", "--refresh-keys",
			}, name)
		}
		if !works {
			continue
		}
		at := c.Words[0].Orig
		p.Report(finding.Finding{
			Span:    at,
			Message: c.Name + " may ask somebody who is not there",
			Hint:    "add --batch",
			Fixes: []finding.Fix{{
				Title: "add --batch", Safety: finding.Equivalent, Edits: []source.Edit{source.Insert(at.End, " --batch")},
			}},
		})
	}
}
