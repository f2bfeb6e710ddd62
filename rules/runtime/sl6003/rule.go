// Package sl6003 is the rule user-by-name.
package sl6003

import (
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6003",
		Name:     "user-by-name",
		Aliases:  []string{"DL3066"},
		Category: rule.Security,
		Severity: finding.Info,
		Off:      "names are fine unless Kubernetes is told runAsNonRoot, which can only check numbers",
		Doc: rule.Doc{
			Title: "The image's USER is a name, not a number",
			Why:   "Kubernetes refuses to start an image under runAsNonRoot when its user is a name: it does not look into /etc/passwd, so it can't tell that the name is not root.",
			Bad:   "FROM node:24-slim\nUSER node\nCMD [\"node\", \"app.js\"]\n",
			Good:  "FROM node:24-slim\nUSER 1000\nCMD [\"node\", \"app.js\"]\n",
			More: []rule.Example{
				{Name: "with a group", Dockerfile: "FROM alpine:3.22\nUSER 1000:1000\n"},
				{Name: "a group by name", Dockerfile: "FROM alpine:3.22\nUSER 1000:app\n"},
				{Name: "a variable", Dockerfile: "ARG APP_UID\nFROM alpine:3.22\nUSER ${APP_UID}\n"},
				{Name: "a variable that nothing sets", Dockerfile: "FROM alpine:3.22\nUSER ${APP_UID}\n", Lines: []int{2}},
				{Name: "not the last one", Dockerfile: "FROM alpine:3.22\nUSER app\nUSER 1000\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"},
		},
		Run: run,
	}
}

var number = regexp.MustCompile(`^\d+$`)

func run(p *rule.Pass) {
	var seen []*dockerfile.Instruction
	for _, s := range start.Results(p) {
		i := start.Last(s, "USER")
		if i == nil || slices.Contains(seen, i) {
			continue
		}
		seen = append(seen, i)
		user := i.Command.(*dockerfile.User).User
		name, _, _ := strings.Cut(user.Text, ":")
		if len(user.Missing) > 0 && !declared(p, user.Missing[0]) {
			p.Report(finding.Finding{
				Span:    user.Span,
				Message: "nothing sets " + user.Missing[0] + ", so there is no number in its place",
				Hint:    "declare it with ARG, or write the number",
			})
			continue
		}
		if user.Known && name != "" && !number.MatchString(name) {
			p.Report(finding.Finding{
				Span:    user.Span,
				Message: name + " is a name, which Kubernetes can't tell from root",
				Hint:    "write the number that id -u " + name + " shows",
			})
		}
	}
}

// declared reports whether some ARG of the file names a variable, so that the
// build may set it.
func declared(p *rule.Pass, name string) bool {
	is := func(v dockerfile.Var) bool { return v.Name == name }
	for _, i := range p.File.Global {
		if arg, ok := i.Command.(*dockerfile.Arg); ok && slices.ContainsFunc(arg.Vars, is) {
			return true
		}
	}
	for i := range p.Instructions() {
		if arg, ok := i.Command.(*dockerfile.Arg); ok && slices.ContainsFunc(arg.Vars, is) {
			return true
		}
	}
	return false
}
