// Package sl3012 is the rule repeated-work.
package sl3012

import (
	"slices"
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3012",
		Name:     "repeated-work",
		Aliases:  []string{},
		Category: rule.Cache,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "Two stages do the same work",
			Why: "Two stages that start from the same image and run the same long command, after different instructions, run it twice and keep two layers of the same content. " +
				"A stage for what they have in common runs it once. If all instructions before are the same too, BuildKit sees it and runs them once anyway.",
			Bad:  "FROM python:3.13-slim AS test\nENV MODE=test\nRUN pip install --no-cache-dir flask\nRUN pytest\nFROM python:3.13-slim\nRUN pip install --no-cache-dir flask\n",
			Good: "FROM python:3.13-slim AS base\nRUN pip install --no-cache-dir flask\nFROM base AS test\nENV MODE=test\nRUN pytest\nFROM base\n",
			More: []rule.Example{
				{Name: "the same from the beginning", Dockerfile: "FROM python:3.13-slim AS a\nRUN pip install a\nFROM python:3.13-slim\nRUN pip install a\n"},
				{Name: "cheap work", Dockerfile: "FROM python:3.13-slim AS a\nENV A=b\nRUN mkdir /a\nFROM python:3.13-slim\nRUN mkdir /a\n"},
				{Name: "other bases", Dockerfile: "FROM python:3.13-slim AS a\nENV A=b\nRUN pip install a\nFROM python:3.12-slim\nRUN pip install a\n"},
				{Name: "over other lines", Dockerfile: "FROM python:3.13-slim AS a\nUSER b\nRUN pip install \\\n    a\nFROM python:3.13-slim\nRUN pip   install a\n", Lines: []int{6}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/"},
		},
		Run: run,
	}
}

// work is a command that takes its time.
type work struct {
	stage *dockerfile.Stage
	// before is what runs before it, from the base image on.
	before string
}

func run(p *rule.Pass) {
	done := map[string][]work{}
	for _, s := range p.File.Stages {
		before := chain(s.Parent)
		for _, i := range s.Instructions {
			text := normal(i)
			if isLong(i) {
				key := s.Root().Base.Text + " " + s.Root().Platform.Text + "\n" + text
				look(p, i, done[key], before)
				done[key] = append(done[key], work{s, before})
			}
			before += "\n" + text
		}
	}
}

// chain is all instructions from the base image to the end of a stage.
func chain(s *dockerfile.Stage) string {
	if s == nil {
		return ""
	}
	out := chain(s.Parent)
	for _, i := range s.Instructions {
		out += "\n" + normal(i)
	}
	return out
}

// normal is an instruction without what does not matter: blanks and breaks.
func normal(i *dockerfile.Instruction) string {
	return strings.Join(strings.Fields(i.Logical().Text()), " ")
}

// look reports work that an earlier stage does too, though BuildKit can't see
// that it is the same.
func look(p *rule.Pass, i *dockerfile.Instruction, earlier []work, before string) {
	if len(earlier) == 0 || slices.ContainsFunc(earlier, func(w work) bool { return w.before == before || w.stage == i.Stage }) {
		return
	}
	name := earlier[0].stage.Name
	if name == "" {
		name = strconv.Itoa(earlier[0].stage.Index)
	}
	p.Report(finding.Finding{
		Span:    i.Bare(),
		Message: "stage " + name + " runs the same command",
		Hint:    "move it into a stage that both start from",
	})
}

// isLong reports whether a RUN installs, downloads or compiles.
func isLong(i *dockerfile.Instruction) bool {
	if len(i.Heredocs) > 0 {
		return false
	}
	for c := range rule.InstructionCommands(i) {
		switch c.Name {
		case "apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper", "pacman", "pip", "pip3", "uv", "poetry", "pipenv", "npm", "yarn", "pnpm", "bun",
			"cargo", "go", "mvn", "gradle", "mvnw", "gradlew", "bundle", "gem", "composer", "conda", "mamba", "curl", "wget", "git", "make", "cmake", "ninja":
			return true
		}
	}
	return false
}
