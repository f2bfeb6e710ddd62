// Package sl5001 is the rule pipefail.
package sl5001

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

// Rule is SL5001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5001",
		Name:     "pipefail",
		Aliases:  []string{"DL4006"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A pipeline hides that its first command failed",
			Why: "A shell only looks at the last command of a pipeline. If the download before it fails, the build goes on with half a file or none. " +
				"With the option pipefail the pipeline fails if any command in it does. bash and Alpine's ash have it, dash does not.",
			Bad:  "FROM debian:12\nRUN wget -O - https://example.com/list | sort > /list\n",
			Good: "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN wget -O - https://example.com/list | sort > /list\n",
			More: []rule.Example{
				{
					Name:       "Alpine has its own shell",
					Dockerfile: "FROM alpine:3.20\nRUN wget -O - https://x.example | sort\nRUN wget -O - https://x.example | sort\n",
					Lines:      []int{2, 3},
					Fixed:      "FROM alpine:3.20\nSHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nRUN wget -O - https://x.example | sort\nRUN wget -O - https://x.example | sort\n",
				},
				{
					Name:       "a shell that has it is asked for it",
					Dockerfile: "FROM scratch\nSHELL [\"/bin/bash\", \"-c\"]\nRUN a | b && c | d\n",
					Lines:      []int{3},
					Fixed:      "FROM scratch\nSHELL [\"/bin/bash\", \"-c\"]\nRUN set -o pipefail && a | b && c | d\n",
				},
				{
					Name:       "a plain sh may not have it",
					Dockerfile: "FROM scratch\nSHELL [\"/bin/sh\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\nFROM alpine\nSHELL [\"/bin/sh\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\n",
					Lines:      []int{3},
				},
				{
					Name:       "it is on",
					Dockerfile: "FROM debian:12\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a | b\nSHELL [\"/bin/sh\", \"-c\"]\nRUN bash -o pipefail -c 'a | b'\nRUN bash -c 'set -euo pipefail; a | b'\n",
				},
				{Name: "the end fails without input", Dockerfile: "FROM debian:12\nRUN grep x sums | sha256sum -c - && curl -fsSL https://example.com/sums | grep x | sha512sum --check\n"},
				{
					Name:       "what can't fail, and what is asked",
					Dockerfile: "FROM debian:12\nRUN echo a | b && yes | c && if a | grep -q b; then c; fi\nSHELL [\"pwsh\", \"-c\"]\nRUN a | b\n",
				},
				{Name: "other shells have it too", Dockerfile: "FROM debian:12\nSHELL [\"/bin/zsh\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\nSHELL [\"/bin/zsh\", \"-c\"]\nRUN a | b\n", Lines: []int{5}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#using-pipes", "https://www.gnu.org/software/bash/manual/html_node/Pipelines.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range script.All(p) {
		for k, c := range s.Commands {
			if c.Next != shellcmd.Pipe && c.Next != shellcmd.PipeAll || on(s, k) || asked(c) || !canFail(c) || noticed(s, k) {
				continue
			}
			f := finding.Finding{
				Span:    s.File(c.NextSpan),
				Message: "nobody notices if " + c.Name + " fails: only the end of the pipeline counts",
				Hint:    "switch pipefail on, with SHELL or set -o pipefail",
				Fixes:   fixes(p.File, s),
			}
			if c.Name == "" {
				f.Message = "nobody notices if the command fails: only the end of the pipeline counts"
			}
			p.Report(f)
			break
		}
	}
}

// on reports whether pipefail is on when command k runs. A shell that does not
// know the option ends there, so it is on only where there is one that may.
func on(s script.Script, k int) bool {
	if kind := s.Kind(); kind == script.Plain || kind == script.Dash {
		return s.Outer == nil && s.OptionAt(k, 0, "pipefail") && !s.Option(0, "pipefail")
	}
	return s.OptionAt(k, 0, "pipefail")
}

// asked reports whether the result of a command is a question, whose answer
// may be no.
func asked(c shellcmd.Command) bool { return slices.Contains(c.Within, shellcmd.Condition) }

// canFail reports whether a command can fail in a way that matters.
func canFail(c shellcmd.Command) bool {
	switch c.Name {
	case "echo", "printf", "yes", "true", ":":
		return false
	}
	return true
}

// noticed reports whether the end of the pipeline that command k feeds fails
// when it gets nothing: a check of checksums does.
func noticed(s script.Script, k int) bool {
	for s.Commands[k].Next == shellcmd.Pipe || s.Commands[k].Next == shellcmd.PipeAll {
		if k++; k == len(s.Commands) {
			return false
		}
	}
	c := s.Commands[k]
	return strings.HasSuffix(c.Name, "sum") && c.Args(shellcmd.Options{}).Has("-c", "--check")
}

// fixes are the ways to switch pipefail on.
func fixes(f *dockerfile.File, s script.Script) []finding.Fix {
	if s.Outer != nil || s.Run.JSON || s.Run.Interpreter != "" {
		return nil
	}
	shell := ""
	switch s.Kind() {
	case script.Bash, script.Ash:
		if s.Shell != "sh" {
			at := s.Offset(0)
			if s.Run.Heredoc {
				return nil
			}
			return []finding.Fix{{
				Title: "switch pipefail on in this RUN", Safety: finding.Suggestion,
				Edits: []source.Edit{source.Insert(at, "set -o pipefail && ")},
			}}
		}
		shell = "/bin/bash"
		if s.Kind() == script.Ash {
			shell = "/bin/ash"
		}
	case script.Dash:
		shell = "/bin/bash"
	default:
		return nil
	}
	if nested(f, s.In) {
		return nil
	}
	return []finding.Fix{{
		Title: "run commands in " + shell + " with pipefail", Safety: finding.Suggestion,
		Edits: []source.Edit{source.Insert(s.In.Span.Start, "SHELL [\""+shell+"\", \"-o\", \"pipefail\", \"-c\"]\n")},
	}}
}

// nested reports whether an instruction stands in an ONBUILD.
func nested(f *dockerfile.File, i *dockerfile.Instruction) bool {
	return !slices.Contains(f.Syntax.Instructions, i.Instruction)
}
