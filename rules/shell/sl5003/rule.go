// Package sl5003 is the rule sh-replaced.
package sl5003

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL5003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5003",
		Name:     "sh-replaced",
		Aliases:  []string{"DL4005"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "/bin/sh is replaced by another shell",
			Why: "Scripts of packages count on the system's own sh, and an update of the package that owns it puts it back. " +
				"SHELL says which shell the instructions after it use, and changes nothing in the image.",
			Bad:  "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN source ./env\n",
			Good: "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN source ./env\n",
			More: []rule.Example{
				{Name: "among other commands", Dockerfile: "FROM debian:12\nRUN rm /bin/sh && ln -s /bin/bash /bin/sh\n", Lines: []int{2}},
				{Name: "other links", Dockerfile: "FROM debian:12\nRUN ln -s foo bar && a /bin/sh && ln -s /bin/sh /bin/xsh\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#shell"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "ln" {
			continue
		}
		args := c.Args(shellcmd.Options{Values: []string{"-S", "-t", "--suffix", "--target-directory"}})
		n := len(args.Operands)
		if n < 2 || c.Words[args.Operands[n-1]].Value != "/bin/sh" {
			continue
		}
		target := c.Words[args.Operands[n-2]]
		f := finding.Finding{
			Span:    c.Words[args.Operands[n-1]].Orig,
			Message: "scripts of the system count on its own /bin/sh",
			Hint:    "say SHELL [\"" + target.Text + "\", \"-c\"] instead",
		}
		if !c.Run.JSON && len(c.Run.Script.Commands) == 1 && target.Static && shellcmd.Shell(target.Value) && len(c.In.Flags) == 0 && len(c.In.Heredocs) == 0 {
			f.Fixes = []finding.Fix{{
				Title: "use SHELL", Safety: finding.Suggestion,
				Edits: []source.Edit{{Span: c.In.Bare(), New: "SHELL [\"" + target.Value + "\", \"-c\"]"}},
			}}
		}
		p.Report(f)
	}
}
