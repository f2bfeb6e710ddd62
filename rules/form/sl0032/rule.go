// Package sl0032 is the rule copy-to-unknown-directory.
package sl0032

import (
	"regexp"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL0032.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0032",
		Name:     "copy-to-unknown-directory",
		Aliases:  []string{"DL3045"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "COPY to a relative path without a WORKDIR",
			Why:   "A relative destination starts at the working directory. Without a WORKDIR in the Dockerfile that is whatever the base image happens to say, and a newer base can say something else.",
			Bad:   "FROM nginx:1.29\nCOPY site.conf conf/\n",
			Good:  "FROM nginx:1.29\nWORKDIR /etc/nginx\nCOPY site.conf conf/\n",
			More: []rule.Example{
				{Name: "absolute", Dockerfile: "FROM nginx:1.29\nCOPY a \"/b\"\nCOPY a $X/b\nCOPY a \"c:\\\\b\"\n"},
				{Name: "the parent sets it", Dockerfile: "FROM nginx:1.29 AS a\nWORKDIR /x\nFROM a\nCOPY a b\n"},
				{Name: "another stage sets it", Dockerfile: "FROM nginx:1.29 AS a\nWORKDIR /x\nFROM nginx:1.29\nCOPY a b\n", Lines: []int{4}},
				{Name: "set later", Dockerfile: "FROM nginx:1.29\nCOPY a b\nWORKDIR /x\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#destination"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	set := map[*dockerfile.Stage]bool{}
	for _, s := range p.File.Stages {
		set[s] = set[s.Parent]
		for _, i := range s.Instructions {
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i = o.Trigger
			}
			switch c := i.Command.(type) {
			case *dockerfile.Workdir:
				set[s] = true
			case *dockerfile.Copy:
				if !set[s] && !c.Add && isRelative(c.Dest) {
					p.Report(finding.Finding{
						Span:    c.Dest.Span,
						Message: "the destination starts at the working directory, which only the base image knows",
						Hint:    "write an absolute path, or WORKDIR before it",
					})
				}
			}
		}
	}
}

// isRelative reports whether a destination surely is a relative path, of Unix
// or of Windows.
func isRelative(v dockerfile.Value) bool {
	raw := strings.Trim(v.Raw, `"'`)
	return raw != "" && !strings.ContainsAny(raw[:1], `/\$%`) && !drive.MatchString(raw)
}

var drive = regexp.MustCompile(`^[A-Za-z]:`)
