// Package sl6004 is the rule no-healthcheck.
package sl6004

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6004",
		Name:     "no-healthcheck",
		Aliases:  []string{"DL3057", "DS-0026", "CIS-DI-0006", "CKV_DOCKER_2"},
		Category: rule.Runtime,
		Severity: finding.Info,
		Off:      "Kubernetes does not look at it and has probes of its own, and a command that ends needs none",
		Doc: rule.Doc{
			Title: "No HEALTHCHECK says when the service is well",
			Why:   "Docker and compose wait for a service, and restart it, by its HEALTHCHECK; without one a process that hangs counts as running. HEALTHCHECK NONE says that none is wanted.",
			Bad:   "FROM nginx:1.29\nCOPY site /usr/share/nginx/html\n",
			Good:  "FROM nginx:1.29\nCOPY site /usr/share/nginx/html\nHEALTHCHECK CMD [\"curl\", \"-fsS\", \"http://localhost/\"]\n",
			More: []rule.Example{
				{Name: "none is wanted", Dockerfile: "FROM nginx:1.29\nHEALTHCHECK NONE\n"},
				{Name: "inherited", Dockerfile: "FROM nginx:1.29 AS a\nHEALTHCHECK CMD b\nFROM a\n"},
				{Name: "of another stage", Dockerfile: "FROM nginx:1.29 AS a\nHEALTHCHECK CMD b\nFROM nginx:1.29\n", Lines: []int{3}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range start.Results(p) {
		if has(s) {
			continue
		}
		p.Report(finding.Finding{
			Span:    s.From.KeywordSpan,
			Message: "the image has no HEALTHCHECK",
			Hint:    "write HEALTHCHECK CMD and a command that fails when the service is not well, or HEALTHCHECK NONE",
		})
	}
}

// has reports whether a stage or one of its parents has a HEALTHCHECK.
func has(s *dockerfile.Stage) bool { return start.Last(s, "HEALTHCHECK") != nil }
