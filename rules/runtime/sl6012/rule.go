// Package sl6012 is the rule cmd-ignored.
package sl6012

import (
	"regexp"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6012.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6012",
		Name:     "cmd-ignored",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "An ENTRYPOINT in shell form ignores the CMD",
			Why:   "CMD is added to the ENTRYPOINT as arguments. To an ENTRYPOINT in shell form these are arguments of the shell, not of the program in it, so nothing ever sees them, nor what is given to docker run.",
			Bad:   "FROM alpine:3.22\nENTRYPOINT server --verbose\nCMD [\"--port\", \"80\"]\n",
			Good:  "FROM alpine:3.22\nENTRYPOINT [\"server\", \"--verbose\"]\nCMD [\"--port\", \"80\"]\n",
			More: []rule.Example{
				{Name: "they are used", Dockerfile: "FROM alpine:3.22\nENTRYPOINT server \"$@\"\nCMD [\"--port\", \"80\"]\n"},
				{Name: "an ENTRYPOINT makes the parent's CMD void", Dockerfile: "FROM alpine:3.22 AS a\nCMD [\"b\"]\nFROM a\nENTRYPOINT c\n"},
				{Name: "no ENTRYPOINT", Dockerfile: "FROM alpine:3.22\nCMD a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	seen := map[*dockerfile.Instruction]bool{}
	for _, s := range start.Results(p) {
		entrypoint, cmd := start.Instructions(s)
		if entrypoint == nil || cmd == nil || seen[cmd] || cmd.Stage.Index < entrypoint.Stage.Index {
			continue
		}
		seen[cmd] = true
		if e := start.Exec(entrypoint); !e.JSON && len(entrypoint.Words) > 0 && !usesArguments(e.Text.Text()) {
			p.Report(finding.Finding{
				Span:    cmd.Bare(),
				Message: "the ENTRYPOINT in shell form does not see this CMD",
				Hint:    "write the ENTRYPOINT as a JSON array",
			})
		}
	}
}

// usesArguments reports whether a script reads its arguments.
func usesArguments(script string) bool { return argument.MatchString(script) }

var argument = regexp.MustCompile(`\$\{?[@*0-9]`)
