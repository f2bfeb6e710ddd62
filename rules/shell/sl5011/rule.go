// Package sl5011 is the rule lost-state.
package sl5011

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL5011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5011",
		Name:     "lost-state",
		Aliases:  []string{"DL3003", "DS-0013"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "What the command sets is forgotten after the RUN",
			Why: "Each RUN has a shell of its own. The directory it changes to, the variables and aliases it sets and the environment it activates are gone when it ends; only files stay. " +
				"WORKDIR and ENV set directory and variables for all that follows.",
			Bad:  "FROM debian:12\nRUN cd /opt/app\nRUN export MODE=prod\nRUN make\n",
			Good: "FROM debian:12\nWORKDIR /opt/app\nENV MODE=prod\nRUN make\n",
			More: []rule.Example{
				{
					Name:       "directories are what other tools know",
					Dockerfile: "FROM debian:12\nRUN cd /a\nRUN source /venv/bin/activate\nRUN a && export B=$C\nRUN alias x=y\n",
					Lines:      []int{2, 3, 4, 5},
					Aliases:    []string{"DL3003,DS-0013", "", "", ""},
					Fixed:      "FROM debian:12\nWORKDIR /a\nRUN source /venv/bin/activate\nRUN a && export B=$C\nRUN alias x=y\n",
				},
				{Name: "what uses it follows, or it does no harm", Dockerfile: "FROM debian:12\nRUN cd /a && make\nRUN export A=b && make\nRUN . /venv/bin/activate && pip install x\nRUN make && cd ..\nRUN set -e; a\nRUN (cd x && make)\nRUN umask 022 && a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#workdir", "https://docs.docker.com/reference/dockerfile/#env"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		r, ok := in.Command.(*dockerfile.Run)
		if !ok || r.JSON || r.Script == nil || len(r.Script.Steps) == 0 {
			continue
		}
		last := r.Script.Steps[len(r.Script.Steps)-1]
		if last.Last-last.First != 1 {
			continue
		}
		c := r.Script.Commands[last.First]
		if len(c.Within) > 0 || len(c.Redirs) > 0 {
			continue
		}
		what := lost(c)
		if what == "" || c.Name == "cd" && len(r.Script.Steps) > 1 {
			continue
		}
		f := finding.Finding{
			Span:    place(r, c),
			Message: what + " after this RUN",
			Hint:    "use WORKDIR or ENV, or do it in the RUN that needs it",
			Aliases: []string{},
		}
		if c.Name == "cd" {
			f.Aliases = []string{"DL3003", "DS-0013"}
		}
		if text, ok := instead(c); ok && len(r.Script.Steps) == 1 && len(in.Heredocs) == 0 && len(in.Flags) == 0 {
			f.Fixes = []finding.Fix{{
				Title: "write " + text[:strings.IndexByte(text, ' ')], Safety: finding.Suggestion,
				Edits: []source.Edit{{Span: in.Bare(), New: text}},
			}}
		}
		p.Report(f)
	}
}

// place is the place of a command's name.
func place(r *dockerfile.Run, c shellcmd.Command) source.Span {
	if len(c.Words) == 0 {
		return c.Orig
	}
	return r.Script.File(c.Words[0].Span)
}

// lost says what a command does that is lost, "" for one that does more.
func lost(c shellcmd.Command) string {
	switch c.Name {
	case "cd", "pushd":
		return "the directory is what it was before"
	case "export", "declare", "readonly":
		return "the variable is not set any more"
	case "alias":
		return "the alias is gone"
	case "source", ".":
		if len(c.Words) > 1 {
			return "what " + c.Words[1].Text + " sets is gone"
		}
	case "umask", "ulimit":
		return "the limit is what it was before"
	case "conda", "mamba", "nvm", "pyenv":
		if len(c.Words) > 1 && (c.Words[1].Value == "activate" || c.Words[1].Value == "use" && c.Name == "nvm" || c.Words[1].Value == "shell") {
			return "nothing is active any more"
		}
	}
	return ""
}

// instead is the instruction that does what was meant.
func instead(c shellcmd.Command) (string, bool) {
	if len(c.Words) != 2 || !c.Words[1].Static || strings.ContainsAny(c.Words[1].Text, "'\"\\ $#") {
		return "", false
	}
	switch c.Name {
	case "cd":
		return "WORKDIR " + c.Words[1].Text, true
	case "export":
		if strings.Contains(c.Words[1].Text, "=") {
			return "ENV " + c.Words[1].Text, true
		}
	}
	return "", false
}
