// Package sl4005 is the rule download-piped-to-shell.
package sl4005

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4005",
		Name:     "download-piped-to-shell",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A download runs without being looked at",
			Why: "Whoever controls the server, or the way to it, runs commands in the build. The image is another one each time the script changes, and half a download is run as well. " +
				"Download the script to a file, compare its checksum with a known one, then run it; or copy it into the repository.",
			Bad:  "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | sh -s -- --yes\n",
			Good: "FROM debian:12\nADD --checksum=sha256:0b6f1c5f5d0f6f2b3f4ad1f2c8a77eeb1b4c4f3a2d1e0f9c8b7a6958473625140 https://example.com/install.sh /tmp/\nRUN sh /tmp/install.sh --yes\n",
			More: []rule.Example{
				{Name: "in all its forms", Dockerfile: "FROM debian:12\nRUN sh -c \"$(curl -fsSL https://x.example)\"\nRUN wget -qO- https://x.example | sudo -E bash -\nRUN bash <(curl -s https://x.example)\nRUN curl https://x.example | gunzip | python3 -\n", Lines: []int{2, 3, 4, 5}},
				{Name: "a pipe into something that runs nothing", Dockerfile: "FROM debian:12\nRUN curl https://x.example | tar xz && curl x | python3 -m json.tool && curl x | python3 -c 'import sys' && echo x | sh\n"},
				{Name: "a checksum on the way", Dockerfile: "FROM debian:12\nRUN curl -o x https://x.example && echo 'abc  x' | sha256sum -c && sh x\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#add---checksum"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if !reads(c) {
			continue
		}
		if at, ok := download(c); ok {
			p.Report(finding.Finding{
				Span:    c.Words[0].Orig,
				Message: p.Text(at) + " downloads what " + c.Name + " then runs unseen",
				Hint:    "download to a file, check it with sha256sum -c, then run it",
			})
		}
	}
}

// reads reports whether a command runs what it reads from its input or its
// arguments: a shell or an interpreter.
func reads(c rule.Shell) bool {
	switch c.Name {
	case "sh", "bash", "dash", "ash", "zsh", "ksh":
		return true
	case "python", "python3", "python2", "perl", "ruby", "node", "php":
		args := c.Args(shellcmd.Options{Values: []string{"-m", "-c", "-e", "-r"}})
		if args.Has("-m", "-c", "-e", "-r") {
			return false
		}
		return len(args.Operands) == 0 || c.Words[args.Operands[0]].Text == "-"
	}
	return false
}

// download finds the command that fetches what c runs: before it in the
// pipeline, or in a substitution among its words.
func download(c rule.Shell) (source.Span, bool) {
	commands := c.Script.Commands
	for k := c.Index; commands[k].Piped && k > 0; {
		// The command before it in the pipeline ends where the pipe is.
		k--
		for k > 0 && commands[k].Next != shellcmd.Pipe && commands[k].Next != shellcmd.PipeAll {
			k--
		}
		if e := commands[k].Effective(); downloads(e.Name) {
			return e.Words[0].Orig, true
		}
	}
	own := c.Command().Span
	for k := c.Index + 1; k < len(commands); k++ {
		inner := commands[k]
		if !own.Contains(inner.Span) {
			break
		}
		if e := inner.Effective(); downloads(e.Name) {
			return e.Words[0].Orig, true
		}
	}
	return source.Span{}, false
}

func downloads(name string) bool { return name == "curl" || name == "wget" }
