// Package sl5019 is the rule configure-build.
package sl5019

import (
	"strings"

	"schlank/finding"
	"schlank/rule"
)

// Rule is SL5019.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5019",
		Name:     "configure-build",
		Aliases:  []string{"parfum:configureShouldUseBuildFlag"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Off:      "configure guesses the system right nearly always; old ones fail on new architectures",
		Doc: rule.Doc{
			Title: "configure guesses the system it builds on",
			Why:   "The script that guesses comes with the sources, and an old one does not know new architectures, or takes the machine under an emulator for another. dpkg-architecture knows, and --build tells configure.",
			Bad:   "FROM debian:12\nRUN ./configure --prefix=/usr/local && make\n",
			Good:  "FROM debian:12\nRUN ./configure --build=\"$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)\" --prefix=/usr/local && make\n",
			More: []rule.Example{
				{Name: "other commands of that name", Dockerfile: "FROM debian:12\nRUN dpkg --configure -a && configure.sh && ./configure --help && ./configure --host=x\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://www.gnu.org/software/autoconf/manual/autoconf.html#Specifying-Target-Triplets"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "configure" || told(c) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "configure guesses the system it builds on",
			Hint:    "add --build=\"$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)\"",
		})
	}
}

// told reports whether configure is told the system, or builds nothing.
func told(c rule.Shell) bool {
	for _, w := range c.Words[1:] {
		name, _, _ := strings.Cut(w.Text, "=")
		switch name {
		case "--build", "--host", "--help", "--version", "-h":
			return true
		}
	}
	return false
}
