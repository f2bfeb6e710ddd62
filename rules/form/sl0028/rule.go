// Package sl0028 is the rule env-uses-itself.
package sl0028

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0028.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0028",
		Name:     "env-uses-itself",
		Aliases:  []string{"DL3044"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "An ENV uses a variable that the same ENV sets",
			Why:   "All values of one ENV see the variables as they were before it. In ENV A=1 B=$A the variable B stays empty, unless an earlier instruction set A.",
			Bad:   "FROM alpine:3.22\nENV APP_HOME=/srv/app PATH=$APP_HOME/bin:$PATH\n",
			Good:  "FROM alpine:3.22\nENV APP_HOME=/srv/app\nENV PATH=$APP_HOME/bin:$PATH\n",
			More: []rule.Example{
				{Name: "set before", Dockerfile: "FROM alpine:3.22\nARG A\nENV A=1\nENV A=2 B=$A\n"},
				{Name: "its own value before", Dockerfile: "FROM example.com/base:1\nENV PATH=/x:$PATH\n"},
				{Name: "over lines", Lines: []int{4},
					Dockerfile: "FROM alpine:3.22\nENV A=1 \\\n    C=2 \\\n    B=$A \\\n    D=3\n",
					Fixed:      "FROM alpine:3.22\nENV A=1 \\\n    C=2\nENV B=$A \\\n    D=3\n"},
				{Name: "used before it is set", Dockerfile: "FROM alpine:3.22\nENV B=$A A=1\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#environment-replacement"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		env, ok := i.Command.(*dockerfile.EnvVars)
		if !ok {
			continue
		}
		for k, v := range env.Vars {
			for _, name := range v.Value.Missing {
				set := slices.IndexFunc(env.Vars, func(o dockerfile.Var) bool { return o.Name == name })
				if set < 0 || name == v.Name || declared(i, name) {
					continue
				}
				p.Report(finding.Finding{
					Span:    v.Value.Variable(name),
					Message: "the same ENV sets " + name + ", so it is not set yet",
					Hint:    "set " + name + " in an ENV before this one",
					Fixes:   split(p, i, env, set, k),
				})
			}
		}
	}
}

// declared reports whether an ARG before the instruction may have set a
// variable.
func declared(i *dockerfile.Instruction, name string) bool {
	for s := i.Stage; s != nil; s = s.Parent {
		for _, before := range s.Instructions {
			if before.Instruction == i.Instruction {
				break
			}
			if arg, ok := before.Command.(*dockerfile.Arg); ok && slices.ContainsFunc(arg.Vars, func(v dockerfile.Var) bool { return v.Name == name }) {
				return true
			}
		}
	}
	return false
}

// split is the fix that begins a new ENV at variable k, if the one that it
// needs is set before it.
func split(p *rule.Pass, i *dockerfile.Instruction, env *dockerfile.EnvVars, set, k int) []finding.Fix {
	if set >= k {
		return nil
	}
	between := source.Span{Start: env.Vars[k-1].Span.End, End: env.Vars[k].Span.Start}
	if strings.Contains(p.Text(between), "#") {
		return nil // a comment would be lost
	}
	return []finding.Fix{{
		Title:  "begin a new ENV",
		Safety: finding.Suggestion,
		Edits:  []source.Edit{{Span: between, New: p.File.Source.Newline() + i.Keyword + " "}},
	}}
}
