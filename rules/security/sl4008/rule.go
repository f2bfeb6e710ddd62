// Package sl4008 is the rule world-writable.
package sl4008

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4008",
		Name:     "world-writable",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Everybody may write to it",
			Why: "Any process in the container can change the file or what is in the directory, also one that was taken over and has no rights otherwise. " +
				"Give it to the user who writes there, with chown or COPY --chown; where the user is only known at run time, give the group root the rights of the owner: chmod -R g=u.",
			Bad:  "FROM debian:12\nCOPY app /app\nRUN chmod -R 777 /app\n",
			Good: "FROM debian:12\nCOPY --chown=app:app app /app\n",
			More: []rule.Example{
				{Name: "in other words", Dockerfile: "FROM debian:12\nCOPY --chmod=0666 a /a\nRUN mkdir -m 777 /x && chmod a+rwx /y && chmod o+w /z && install -m 0777 a b\n", Lines: []int{2, 3, 3, 3, 3}},
				{Name: "others may read and run", Dockerfile: "FROM debian:12\nCOPY --chmod=755 a /a\nRUN chmod 775 /x && chmod +x /y && chmod u+w,g+w /z && chmod o-w /a && chmod $M /b && chmod 664 x\n"},
				{Name: "a directory like /tmp", Dockerfile: "FROM debian:12\nRUN chmod 1777 /tmp && chmod 777 /tmp && mkdir -m 1777 /scratch\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		switch c := in.Command.(type) {
		case *dockerfile.Copy:
			if c.Chmod.Known && everybody(c.Chmod.Text) {
				report(p, c.Chmod.Span)
			}
		case *dockerfile.Run:
			for _, s := range p.CommandsOf(in) {
				if w := mode(s); w != nil && w.Static && everybody(w.Value) {
					report(p, w.Orig)
				}
			}
		}
	}
}

// mode is the word of a command that is a file mode, or nil.
func mode(s rule.Shell) *shellcmd.Word {
	switch s.Name {
	case "chmod":
		args := s.Args(shellcmd.Options{})
		if len(args.Operands) < 2 {
			return nil
		}
		if len(args.Operands) == 2 && s.Words[args.Operands[1]].Value == "/tmp" {
			return nil
		}
		return &s.Words[args.Operands[0]]
	case "mkdir", "install":
		for _, f := range s.Args(shellcmd.Options{Values: []string{"-m", "--mode"}}).Flags {
			if (f.Name == "-m" || f.Name == "--mode") && f.ValueWord != f.Word {
				return &s.Words[f.ValueWord]
			}
		}
	}
	return nil
}

// everybody reports whether a mode lets everybody write, without the bit that
// protects the files of others in a directory.
func everybody(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		last := mode[len(mode)-1]
		sticky := len(mode) >= 4 && (mode[len(mode)-4]-'0')&1 != 0
		return (last-'0')&2 != 0 && !sticky
	}
	for part := range strings.SplitSeq(mode, ",") {
		k := strings.IndexAny(part, "+=")
		if k > 0 && strings.ContainsAny(part[:k], "ao") && strings.Contains(part[k:], "w") && !strings.Contains(part[k:], "t") {
			return true
		}
	}
	return false
}

func report(p *rule.Pass, span source.Span) {
	p.Report(finding.Finding{
		Span:    span,
		Message: "this mode lets everybody write",
		Hint:    "give it to the user who writes there: chown, or COPY --chown",
	})
}
