// Package sl5016 is the rule variable-unset.
package sl5016

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
)

// Rule is SL5016.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5016",
		Name:     "variable-unset",
		Aliases:  []string{"SC2154"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A variable is used that nothing sets",
			Why:   "The shell puts in nothing, and goes on. Most often the name is misspelt, or the variable was declared before FROM, where it does not count for the stage, or in another RUN.",
			Bad:   "ARG version=1.2\nFROM debian:12\nRUN echo \"$version\" > /version\n",
			Good:  "ARG version=1.2\nFROM debian:12\nARG version\nRUN echo \"$version\" > /version\n",
			More: []rule.Example{
				{Name: "where it is set", Dockerfile: "FROM debian:12\nARG a\nENV b=c\nRUN d=e && echo $a $b $d && for f in *; do echo $f; done && read -r g && echo $g $http_proxy && echo ${h:-} $UPPER\n"},
				{Name: "another file may set it", Dockerfile: "FROM debian:12\nRUN . /etc/os-release && echo $id\nRUN eval $(x) && echo $y\n", Lines: []int{}},
				{Name: "in an inner shell", Dockerfile: "FROM debian:12\nRUN a=b; export a; sh -c 'echo $a' && sh -c 'echo $c' && awk '{print $x}'\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/variables/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, v := range script.Unset(p) {
		if script.Upper(v.Name) != false {
			continue
		}
		p.Report(finding.Finding{
			Span:    v.Orig,
			Message: "nothing sets " + v.Name,
			Hint:    "set it with ARG or ENV, or write ${" + v.Name + ":-} if it may be empty",
		})
	}
}
