// Package sl5004 is the rule wget-progress.
package sl5004

import (
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/script"
	"schlank/source"
)

// Rule is SL5004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5004",
		Name:     "wget-progress",
		Aliases:  []string{"DL3047"},
		Category: rule.Style,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "wget fills the log with its progress",
			Why:   "Where nobody watches, wget writes a line for each 50 kB, thousands for a large file, and what matters drowns in them. --progress=dot:giga writes one for each 32 MB; -q, which busybox has too, writes none.",
			Bad:   "FROM debian:12\nRUN wget https://example.com/app.tar.gz\n",
			Good:  "FROM debian:12\nRUN wget --progress=dot:giga https://example.com/app.tar.gz\n",
			More: []rule.Example{
				{Name: "busybox", Dockerfile: "FROM alpine:3.20\nRUN wget -O /a https://x.example\n", Lines: []int{2}, Fixed: "FROM alpine:3.20\nRUN wget -q -O /a https://x.example\n"},
				{Name: "quiet, or into a file", Dockerfile: "FROM debian:12\nRUN wget -q a && wget --quiet b && wget -qO- c && wget -nv d && wget --no-verbose e && wget -o log f && wget --append-output=log g && wget --progress=bar h && wget --version\n"},
				{Name: "not clobbering is not quiet", Dockerfile: "FROM debian:12\nRUN wget -nc https://x.example\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://www.gnu.org/software/wget/manual/html_node/Download-Options.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "wget" || len(c.Words) < 2 || quiet(c) {
			continue
		}
		flag := "--progress=dot:giga"
		if script.SystemShell(c.In.Stage) == script.Ash {
			flag = "-q"
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "wget fills the log with its progress",
			Hint:    "add " + flag,
			Fixes: []finding.Fix{{
				Title: "add " + flag, Safety: finding.Equivalent, Edits: []source.Edit{edit.After(c.Words[0], flag)},
			}},
		})
	}
}

// quiet reports whether wget is told to write less, to write elsewhere, or
// not to download at all.
func quiet(c rule.Shell) bool {
	for _, w := range c.Words[1:] {
		if w.Text == "-nv" {
			return true
		}
	}
	return c.Args(shellcmd.Options{Values: []string{"-O", "-o", "-a", "-P", "-t", "-T", "-U", "-i", "-e", "-Q", "-w"}}).Has(
		"-q", "--quiet", "--no-verbose", "-o", "--output-file", "-a", "--append-output", "--progress", "--version", "--help", "-V", "-h")
}
