// Package sl6006 is the rule exec-missing.
package sl6006

import (
	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
	"schlank/source"
)

// Rule is SL6006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6006",
		Name:     "exec-missing",
		Aliases:  []string{},
		Category: rule.Runtime,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A shell stays process 1 in front of the program",
			Why: "When a shell has more to do than to start one program, it stays: it is process 1 and gets the signals, which it does not hand on. docker stop then takes ten seconds and kills the program in the middle of its work. " +
				"With exec the last program takes the shell's place.",
			Bad:  "FROM python:3.13-slim\nCMD [\"sh\", \"-c\", \"python manage.py migrate && gunicorn app.wsgi\"]\n",
			Good: "FROM python:3.13-slim\nCMD [\"sh\", \"-c\", \"python manage.py migrate && exec gunicorn app.wsgi\"]\n",
			More: []rule.Example{
				{Name: "shell form", Dockerfile: "FROM alpine:3.22\nENTRYPOINT cd /app; \\\n  ./server\n", Lines: []int{3}, Fixed: "FROM alpine:3.22\nENTRYPOINT cd /app; \\\n  exec ./server\n"},
				{Name: "one program only: the shell makes room by itself", Dockerfile: "FROM alpine:3.22\nCMD [\"sh\", \"-c\", \"server --port $PORT\"]\n"},
				{Name: "exec is there", Dockerfile: "FROM alpine:3.22\nCMD cd /app && exec ./server\n"},
				{Name: "nothing to replace", Dockerfile: "FROM alpine:3.22\nCMD a && b | c\nFROM alpine:3.22\nCMD a; wait\nFROM alpine:3.22\nCMD a & b\nFROM alpine:3.22\nCMD trap x TERM; b\n"},
				{Name: "a JSON escape", Dockerfile: "FROM alpine:3.22\nCMD [\"sh\", \"-c\", \"echo \\\"a\\\"; b\"]\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nCMD [\"sh\", \"-c\", \"echo \\\"a\\\"; exec b\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example", "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#exec"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	seen := map[*dockerfile.Instruction]bool{}
	for _, s := range start.Results(p) {
		entrypoint, cmd := start.Instructions(s)
		for _, i := range []*dockerfile.Instruction{entrypoint, cmd} {
			if e := start.Exec(i); e != nil && !seen[i] {
				seen[i] = true
				look(p, e)
			}
		}
	}
}

func look(p *rule.Pass, e *dockerfile.Exec) {
	script := e.Script
	if e.JSON && script != nil && len(script.Commands) == 1 {
		script = script.Commands[0].Effective().Script
	}
	if script == nil || len(script.Commands) < 2 || !staysInFront(script) {
		return
	}
	c := script.Commands[len(script.Commands)-1]
	p.Report(finding.Finding{
		Span:    c.Orig,
		Message: "the shell stays in front of " + c.Name + " and keeps the signals to itself",
		Hint:    "write exec before it",
		Fixes: []finding.Fix{{
			Title: "write exec before it", Safety: finding.Suggestion, Edits: []source.Edit{source.Insert(c.Orig.Start, "exec ")},
		}},
	})
}

// staysInFront reports whether the last command of a script is a program that
// could take the shell's place and does not.
func staysInFront(s *shellcmd.Script) bool {
	for _, c := range s.Commands {
		if c.Name == "trap" || c.Name == "wait" || c.Next == shellcmd.Background {
			return false
		}
	}
	c := s.Commands[len(s.Commands)-1]
	last := s.Steps[len(s.Steps)-1]
	return last.Last-last.First == 1 && len(c.Within) == 0 && len(c.Assigns) == 0 && !c.Negated && !c.Piped &&
		(c.Next == shellcmd.End || c.Next == shellcmd.Newline) && c.Name != "" && !start.IsBuiltin(c.Name) && s.Text.Exact(c.Words[0].Span) &&
		s.Commands[len(s.Commands)-2].Next != shellcmd.Or
}
