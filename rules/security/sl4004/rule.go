// Package sl4004 is the rule secret-build-arg.
package sl4004

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
	"schlank/rules/security/secret"
	"schlank/source"
)

// Rule is SL4004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4004",
		Name:     "secret-build-arg",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A secret reaches a RUN as a build argument",
			Why: "The values of the ARGs that a RUN sees are stored in the history of the image, for docker history to show. " +
				"A secret mount gives the same variable to the command and leaves no trace; the build gets it with --secret id=…,env=… instead of --build-arg.",
			Bad:  "FROM node:22\nARG NPM_TOKEN\nCOPY package.json ./\nRUN npm config set //npm.example/:_authToken=\"$NPM_TOKEN\" && npm ci\n",
			Good: "FROM node:22\nCOPY package.json ./\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm config set //npm.example/:_authToken=\"$NPM_TOKEN\" && npm ci\n",
			More: []rule.Example{
				{
					Name:       "other uses of the argument are in the way",
					Dockerfile: "FROM node:22\nARG API_KEY=x\nENV KEY=$API_KEY\nRUN echo ${API_KEY}\n",
					Lines:      []int{4},
					Fixed:      "FROM node:22\nARG API_KEY=x\nENV KEY=$API_KEY\nRUN echo ${API_KEY}\n",
				},
				{Name: "a builder's history stays behind", Dockerfile: "FROM node:22 AS b\nARG TOKEN\nRUN echo $TOKEN\nFROM node:22\nCOPY --from=b /a /a\n"},
				{Name: "it does not need to be a secret", Dockerfile: "FROM node:22\nARG GPG_KEY\nARG PUBLIC_KEY\nARG VERSION\nRUN echo $GPG_KEY $PUBLIC_KEY $VERSION $TOKEN\n"},
				{Name: "a mount has it already", Dockerfile: "FROM node:22\nARG TOKEN\nRUN --mount=type=secret,id=t,env=TOKEN echo $TOKEN\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/secrets/", "https://docs.docker.com/reference/dockerfile/#run---mounttypesecret"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		for _, in := range s.Instructions {
			if arg, ok := in.Command.(*dockerfile.Arg); ok {
				for _, v := range arg.Vars {
					if secret.Words(v.Name) && !secret.Harmless(v.Name) {
						uses(p, s, in, v.Name)
					}
				}
			}
		}
	}
}

// use is a RUN that uses the argument, and where it does first.
type use struct {
	in   *dockerfile.Instruction
	span source.Span
}

// uses looks at the RUNs after an ARG.
func uses(p *rule.Pass, s *dockerfile.Stage, arg *dockerfile.Instruction, name string) {
	var found []use
	others := false
	for _, in := range s.Instructions[slices.Index(s.Instructions, arg)+1:] {
		if u, ok := inRun(in, name); ok {
			found = append(found, u)
		} else if strings.Contains(in.Logical().Text(), name) {
			others = true
		}
	}
	for _, u := range found {
		f := finding.Finding{
			Span:    u.span,
			Message: fmt.Sprintf("the history of the image shows the value of %s", name),
			Hint:    fmt.Sprintf("mount it: RUN --mount=type=secret,id=%s,env=%s", strings.ToLower(name), name),
		}
		if !others && len(arg.Command.(*dockerfile.Arg).Vars) == 1 && !isGlobal(p.File, name) {
			f.Fixes = []finding.Fix{mount(arg, found, name)}
		}
		p.Report(f)
	}
}

// inRun finds the first use of the variable in a RUN that does not have it
// from a mount.
func inRun(in *dockerfile.Instruction, name string) (use, bool) {
	run, ok := in.Command.(*dockerfile.Run)
	if !ok {
		return use{}, false
	}
	for _, m := range run.Mounts {
		for _, o := range m.Options {
			if m.Type == "secret" && o.Key == "env" && o.Value.Text == name {
				return use{}, false
			}
		}
	}
	for _, s := range script.Of(in) {
		vars, _ := s.Variables()
		for _, v := range vars {
			if v.Name == name {
				return use{in, v.Orig}, true
			}
		}
	}
	return use{}, false
}

// isGlobal reports whether an ARG before the first FROM declares the name.
func isGlobal(f *dockerfile.File, name string) bool {
	for _, in := range f.Global {
		if arg, ok := in.Command.(*dockerfile.Arg); ok {
			if slices.ContainsFunc(arg.Vars, func(v dockerfile.Var) bool { return v.Name == name }) {
				return true
			}
		}
	}
	return false
}

// mount is the fix that makes the argument a mounted secret.
func mount(arg *dockerfile.Instruction, uses []use, name string) finding.Fix {
	edits := []source.Edit{source.Delete(arg.Span)}
	for _, u := range uses {
		edits = append(edits, source.Insert(u.in.AfterFlags(), fmt.Sprintf(" --mount=type=secret,id=%s,env=%s", strings.ToLower(name), name)))
	}
	return finding.Fix{Title: "mount " + name + " as a secret", Safety: finding.Suggestion, Edits: edits}
}
