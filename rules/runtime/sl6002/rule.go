// Package sl6002 is the rule no-user.
package sl6002

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6002",
		Name:     "no-user",
		Aliases:  []string{"DS-0002", "CIS-DI-0001", "CKV_DOCKER_3"},
		Category: rule.Security,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "No USER, so the image most likely runs as root",
			Why:   "Most base images leave the user at root. A USER with a number needs no entry in /etc/passwd, and lets Kubernetes check that it is not root.",
			Bad:   "FROM python:3.13-slim\nCOPY app.py /app.py\nCMD [\"python\", \"/app.py\"]\n",
			Good:  "FROM python:3.13-slim\nCOPY app.py /app.py\nUSER 10001\nCMD [\"python\", \"/app.py\"]\n",
			More: []rule.Example{
				{Name: "the parent has one", Dockerfile: "FROM alpine:3.22 AS a\nUSER app\nFROM a\nCMD [\"b\"]\n"},
				{Name: "bases that set one", Dockerfile: "FROM gcr.io/distroless/static-debian12:nonroot\nFROM nginxinc/nginx-unprivileged:1.29\nFROM cgr.dev/chainguard/python:latest\n"},
				{Name: "only of the images that come out", Dockerfile: "FROM golang:1.25 AS a\nRUN b\nFROM scratch\nCOPY --from=a /b /c\n", Lines: []int{3}},
				{Name: "a stage for tests", Dockerfile: "FROM alpine:3.22 AS a\nFROM a AS test\nFROM a\nUSER app\n"},
				{Name: "an empty one", Dockerfile: "FROM alpine:3.22\nUSER\n", Lines: []int{1}},
				{Name: "held by ONBUILD of the parent", Dockerfile: "FROM alpine:3.22 AS a\nONBUILD USER app\nFROM a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#user"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range start.Results(p) {
		if setsUser(s) || baseSetsUser(s.Root().Base.Text) {
			continue
		}
		p.Report(finding.Finding{
			Span:    s.From.KeywordSpan,
			Message: "no USER says whom the image runs as, so it is root unless the base image says otherwise",
			Hint:    "end with USER and a user without rights, best as a number: USER 10001",
		})
	}
}

// setsUser reports whether a USER, of a stage or its parents, comes to be the
// image's.
func setsUser(s *dockerfile.Stage) bool {
	if i := start.Last(s, "USER"); i != nil {
		return i.Command.(*dockerfile.User).User.Raw != ""
	}
	return s.End.User != "" && s.Root().Base.Text != "scratch"
}

// baseSetsUser reports whether a base image says by its name that it does not
// run as root.
func baseSetsUser(base string) bool {
	for _, sign := range []string{"nonroot", "non-root", "rootless", "unprivileged", "cgr.dev/", "bitnami/"} {
		if strings.Contains(base, sign) {
			return true
		}
	}
	return false
}
