// Package sl5006 is the rule failure-ignored.
package sl5006

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
	"schlank/source"
)

// Rule is SL5006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5006",
		Name:     "failure-ignored",
		Aliases:  []string{"SC2164"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A command may fail and the build goes on",
			Why: "After a semicolon, or the end of a line in a heredoc, the next command runs whether or not the one before it worked, and only the last one decides about the RUN. " +
				"Half an installation gets into the image, and is cached. Join the commands with &&, or say set -e first.",
			Bad:  "FROM debian:12\nRUN apt-get update; apt-get install -y curl; rm -rf /var/lib/apt/lists/*\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "a heredoc",
					Dockerfile: "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
					Lines:      []int{3},
					Fixed:      "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF\n",
				},
				{
					Name:       "a heredoc without its tabs",
					Dockerfile: "FROM debian:12\nRUN <<-EOF\n\tapt-get update\n\tapt-get install -y curl\nEOF\n",
					Lines:      []int{3},
					Fixed:      "FROM debian:12\nRUN <<-EOF\n\tset -e\n\tapt-get update\n\tapt-get install -y curl\nEOF\n",
				},
				{
					Name:       "a directory that is not there",
					Dockerfile: "FROM debian:12\nRUN cd /src; make\n",
					Lines:      []int{2},
					Aliases:    []string{"SC2164"},
					Fixed:      "FROM debian:12\nRUN cd /src && make\n",
				},
				{
					Name:       "only where nothing else changes",
					Dockerfile: "FROM debian:12\nRUN make; make test & wait\n",
					Lines:      []int{2},
					Fixed:      "FROM debian:12\nRUN make; make test & wait\n",
				},
				{
					Name:       "it is switched on",
					Dockerfile: "FROM debian:12\nRUN set -eux; a; b\nRUN set -e && a; b\nSHELL [\"/bin/bash\", \"-e\", \"-c\"]\nRUN a; b\n",
				},
				{
					Name:       "what can't fail, and what was thought of",
					Dockerfile: "FROM debian:12\nRUN echo a; b\nRUN a || true; b\nRUN export A=b; c; \nRUN if a; then b; fi; c\nRUN rm -rf /x; b\nRUN [ -f a ]; b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#set"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range script.All(p) {
		for k, st := range s.Steps {
			if k == len(s.Steps)-1 || st.Next != shellcmd.Semicolon && st.Next != shellcmd.Newline || guarded(s, k) || !matters(s, st) {
				continue
			}
			c := s.Commands[st.First]
			span := s.File(c.NextSpan)
			if st.Next == shellcmd.Newline || span.Len() == 0 {
				span = s.File(st.Span)
			}
			p.Report(finding.Finding{
				Span:    span,
				Message: "the build goes on if " + c.Name + " fails",
				Hint:    "join the commands with &&, or start with set -e",
				Aliases: aliases(c),
				Fixes:   fixes(p.File, s),
			})
			break
		}
	}
}

// aliases is what shellcheck calls it.
func aliases(c shellcmd.Command) []string {
	if c.Name == "cd" {
		return []string{"SC2164"}
	}
	return []string{}
}

// guarded reports whether step k ends the script if it fails, or is the last of
// an a || b, in which somebody has thought of failure.
func guarded(s script.Script, k int) bool {
	return s.OptionAt(s.Steps[k].First, 'e', "errexit") || k > 0 && s.Steps[k-1].Next == shellcmd.Or
}

// matters reports whether a step is a command that can fail, and whose failure
// matters.
func matters(s script.Script, st shellcmd.Step) bool {
	if st.First >= len(s.Commands) {
		return false
	}
	c := s.Commands[st.First]
	if len(c.Within) > 0 || len(c.Words) == 0 {
		return false
	}
	switch e := c.Effective(); e.Name {
	case "", "set", "export", "echo", "printf", "true", "false", ":", "[", "test", "[[", "trap", "umask", "unset", "alias", "exit", "return",
		"sleep", "date", "env", "pwd", "ls", "cat", "readonly", "local", "declare", "shift", "kill", "wait", "which", "type", "hash", "exec",
		"source", ".":
		return false
	case "rm":
		return !e.Args(shellcmd.Options{}).Has("-f", "--force")
	}
	return true
}

// fixes makes the script end at the first failure.
func fixes(f *dockerfile.File, s script.Script) []finding.Fix {
	if s.Outer != nil {
		return nil
	}
	if s.Run.Heredoc {
		at := 0
		if text := s.Text.Text(); strings.HasPrefix(text, "#!") {
			n := strings.IndexByte(text, '\n')
			if n < 0 {
				return nil
			}
			at = n + 1
		}
		return []finding.Fix{{
			Title: "stop at the first failure", Safety: finding.Suggestion,
			Edits: []source.Edit{source.Insert(s.Offset(at), "set -e\n"+dropped(f, s.Offset(at)))},
		}}
	}
	var edits []source.Edit
	for k, st := range s.Steps {
		switch {
		case k == len(s.Steps)-1:
			if st.Next == shellcmd.Background {
				return nil
			}
		case st.Next == shellcmd.And:
		case st.Next == shellcmd.Semicolon && isPlain(s, st):
			op := s.Commands[st.First].NextSpan
			if !s.Exact(op) {
				return nil
			}
			text := " &&"
			if op.Start > 0 && strings.IndexByte(" \t", s.Text.Text()[op.Start-1]) >= 0 {
				text = "&&"
			}
			edits = append(edits, source.Edit{Span: s.File(op), New: text})
		default:
			return nil
		}
	}
	return []finding.Fix{{Title: "join the commands with &&", Safety: finding.Suggestion, Edits: edits}}
}

// dropped is the tabs in front of an offset that <<- drops.
func dropped(f *dockerfile.File, at int) string {
	text := string(f.Source.Bytes[f.Source.Line(at).Start:at])
	if strings.Trim(text, "\t") != "" {
		return ""
	}
	return text
}

// isPlain reports whether a step is one command, whose failure is meant to end
// the list.
func isPlain(s script.Script, st shellcmd.Step) bool {
	commands := s.Commands[st.First:st.Last]
	return len(commands) > 0 && len(commands[0].Within) == 0 && commands[0].Next == shellcmd.Semicolon && !commands[0].Negated &&
		!slices.Contains([]string{"[", "test", "[["}, commands[0].Name)
}
