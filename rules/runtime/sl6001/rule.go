// Package sl6001 is the rule root-user.
package sl6001

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6001",
		Name:     "root-user",
		Aliases:  []string{"DL3002", "DS-0002", "CIS-DI-0001", "CKV_DOCKER_8"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The last USER is root",
			Why:   "What breaks out of a container that runs as root is root on the host, unless user namespaces are in use. Switch to root where the build needs it, and away from it at the end.",
			Bad:   "FROM python:3.13-slim\nUSER root\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nCMD [\"python\", \"app.py\"]\n",
			Good:  "FROM python:3.13-slim\nUSER root\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nUSER 10001\nCMD [\"python\", \"app.py\"]\n",
			More: []rule.Example{
				{Name: "by number, with a group", Dockerfile: "FROM alpine:3.22\nUSER 0:0\n", Lines: []int{2}},
				{Name: "switched back", Dockerfile: "FROM alpine:3.22\nUSER root\nUSER app:root\n"},
				{Name: "inherited", Dockerfile: "FROM alpine:3.22 AS a\nUSER root\nFROM a\nRUN b\n", Lines: []int{2}},
				{Name: "of a stage that is copied from", Dockerfile: "FROM alpine:3.22 AS a\nUSER root\nFROM alpine:3.22\nCOPY --from=a /b /c\nUSER app\n"},
				{Name: "a variable", Dockerfile: "FROM alpine:3.22\nARG U\nUSER $U\n"},
				{Name: "Windows", Dockerfile: "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nUSER ContainerAdministrator\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#user"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	var seen []*dockerfile.Instruction
	for _, s := range start.Results(p) {
		i := start.Last(s, "USER")
		if i == nil || slices.Contains(seen, i) {
			continue
		}
		seen = append(seen, i)
		user := i.Command.(*dockerfile.User).User
		if user.Known && isRoot(user.Text) {
			p.Report(finding.Finding{
				Span:    user.Span,
				Message: "the image runs as " + user.Text,
				Hint:    "end with USER and a user without rights, best as a number: USER 10001",
			})
		}
	}
}

// isRoot reports whether a user, perhaps with a group, is the one with all
// rights.
func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "root" || strings.EqualFold(name, "ContainerAdministrator") || name != "" && strings.Trim(name, "0") == ""
}
