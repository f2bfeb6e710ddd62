// Package sl5017 is the rule environment-unset.
package sl5017

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
)

// Rule is SL5017.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5017",
		Name:     "environment-unset",
		Aliases:  []string{"SC2154"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Off:      "base images set variables that a Dockerfile does not show",
		Doc: rule.Doc{
			Title: "A variable in upper case is used that the file does not set",
			Why:   "Either the base image sets it, or nothing does and the shell puts in nothing. A line that depends on the base image's variables is easier to read if the file says so with ENV or ARG.",
			Bad:   "FROM debian:12\nRUN echo \"$RELEASE\" > /release\n",
			Good:  "FROM debian:12\nARG RELEASE=1\nRUN echo \"$RELEASE\" > /release\n",
			More: []rule.Example{
				{Name: "what every build has", Dockerfile: "FROM debian:12\nRUN echo $HTTP_PROXY $HOME $PATH $PWD $lower $NO_PROXY $RANDOM $HOSTNAME\nRUN --mount=type=secret,id=x,env=TOKEN echo $TOKEN\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/variables/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, v := range script.Unset(p) {
		if script.Upper(v.Name) != true {
			continue
		}
		p.Report(finding.Finding{
			Span:    v.Orig,
			Message: "nothing sets " + v.Name,
			Hint:    "set it with ARG or ENV, or write ${" + v.Name + ":-} if it may be empty",
		})
	}
}
