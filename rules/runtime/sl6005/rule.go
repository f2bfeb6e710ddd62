// Package sl6005 is the rule shell-form.
package sl6005

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
	"schlank/rules/script"
)

// Rule is SL6005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6005",
		Name:     "shell-form",
		Aliases:  []string{"JSONArgsRecommended", "DL3025"},
		Category: rule.Runtime,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "CMD or ENTRYPOINT goes through a shell",
			Why: "In shell form /bin/sh -c is process 1 and may not hand signals on: docker stop waits ten seconds and then kills the program. The image also needs a shell then, and arguments to docker run don't reach the program. " +
				"Write the program and its arguments as a JSON array.",
			Bad:  "FROM node:24-slim\nCMD node --enable-source-maps server.js\n",
			Good: "FROM node:24-slim\nCMD [\"node\", \"--enable-source-maps\", \"server.js\"]\n",
			More: []rule.Example{
				{Name: "over lines", Dockerfile: "FROM node:24-slim\nCMD node \\\n  # the file\n  'my server.js'\n", Lines: []int{2}, Fixed: "FROM node:24-slim\nCMD [\"node\", \\\n  # the file\n  \"my server.js\"]\n"},
				{Name: "exec is what a shell needs", Dockerfile: "FROM node:24-slim\r\nCMD exec node \"a\\\"b\"\r\n", Lines: []int{2}, Fixed: "FROM node:24-slim\r\nCMD [\"node\", \"a\\\"b\"]\r\n"},
				{Name: "what only a shell can do", Dockerfile: "FROM node:24-slim\nCMD node $FILE\nENTRYPOINT cd /app && node a.js > log\n", Lines: []int{2, 3}, Fixed: "FROM node:24-slim\nCMD node $FILE\nENTRYPOINT cd /app && node a.js > log\n"},
				{Name: "the CMD would become arguments", Dockerfile: "FROM node:24-slim\nENTRYPOINT node\nCMD [\"a.js\"]\n", Lines: []int{2}, Fixed: "FROM node:24-slim\nENTRYPOINT node\nCMD [\"a.js\"]\n"},
				{Name: "an ENTRYPOINT decides what becomes of a CMD", Dockerfile: "FROM node:24-slim\nENTRYPOINT [\"./run\"]\nCMD node a.js\n", Lines: []int{3}, Safety: finding.Equivalent, Fixed: "FROM node:24-slim\nENTRYPOINT [\"./run\"]\nCMD node a.js\n"},
				{Name: "a shell of one's own", Dockerfile: "FROM node:24-slim\nSHELL [\"/bin/bash\", \"-ec\"]\nCMD node a.js\n"},
				{Name: "the shell of Windows", Dockerfile: "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD C:\\app\\run.exe --flag\n", Lines: []int{3}, Fixed: "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD C:\\app\\run.exe --flag\n"},
				{Name: "held by ONBUILD", Dockerfile: "FROM node:24-slim\nONBUILD CMD node a.js\n", Lines: []int{2}, Aliases: []string{"DL3025"}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/json-args-recommended/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		ownShell := start.Last(s.Parent, "SHELL") != nil
		for _, i := range s.Instructions {
			held := false
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i, held = o.Trigger, true
			}
			if _, ok := i.Command.(*dockerfile.Shell); ok {
				ownShell = true
			}
			if e := start.Exec(i); e != nil && !e.JSON && !ownShell {
				report(p, s, i, e, held)
			}
		}
	}
}

func report(p *rule.Pass, s *dockerfile.Stage, i *dockerfile.Instruction, e *dockerfile.Exec, held bool) {
	f := finding.Finding{
		Span:    i.Bare(),
		Message: i.Name() + " in shell form: signals may not reach the program",
		Hint:    "write a JSON array: " + i.Name() + ` ["program", "argument"]`,
	}
	if held {
		f.Aliases = []string{"DL3025"} // BuildKit looks when it is run
	}
	entrypoint, cmd := start.Instructions(s)
	edits, ok := array(e)
	switch {
	case script.Windows(s):
		// Its shell reads words otherwise: a backslash is part of a path.
	case !ok || i.Name() == "ENTRYPOINT" && cmd != nil:
	case i.Name() == "ENTRYPOINT" || entrypoint != nil || held:
		f.Fixes = []finding.Fix{{Title: "write a JSON array", Safety: finding.Suggestion, Edits: edits}}
	default:
		f.Fixes = []finding.Fix{{Title: "write a JSON array", Safety: finding.Equivalent, Edits: edits}}
	}
	p.Report(f)
}
