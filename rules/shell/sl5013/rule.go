// Package sl5013 is the rule checksum-spacing.
package sl5013

import (
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL5013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5013",
		Name:     "checksum-spacing",
		Aliases:  []string{"parfum:sha256sumEchoOneSpaces"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A checksum is followed by one blank, not two",
			Why:   "A line of sha256sum has two blanks between the checksum and the name, or a blank and an asterisk. GNU's program forgives a single one, busybox's does not: on Alpine the check fails, or the line is not looked at.",
			Bad:   "FROM alpine:3.20\nRUN echo \"$SHA256 app.tar.gz\" | sha256sum -c -\n",
			Good:  "FROM alpine:3.20\nRUN echo \"$SHA256  app.tar.gz\" | sha256sum -c -\n",
			More: []rule.Example{
				{Name: "in plain text", Dockerfile: "FROM alpine:3.20\nRUN echo 'd41d8cd98f00b204e9800998ecf8427e x' | md5sum --check && echo ${A} ${B} | sha1sum -c\n", Lines: []int{2}, Fixed: "FROM alpine:3.20\nRUN echo 'd41d8cd98f00b204e9800998ecf8427e  x' | md5sum --check && echo ${A} ${B} | sha1sum -c\n"},
				{Name: "two, or an asterisk", Dockerfile: "FROM alpine:3.20\nRUN echo \"$A  x\" | sha256sum -c && echo \"$A *x\" | sha512sum -c && echo \"$A x\" | tee y\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "echo" && c.Name != "printf" || c.Command().Next != shellcmd.Pipe || !checks(c) {
			continue
		}
		for _, w := range c.Words[1:] {
			at := blank(w.Text)
			if at < 0 {
				continue
			}
			span := source.Span{Start: w.Span.Start + at, End: w.Span.Start + at + 1}
			f := finding.Finding{
				Span:    w.Orig,
				Message: "there must be two blanks between the checksum and the name",
				Hint:    "add a blank",
			}
			if c.Script.Text.Exact(span) {
				f.Fixes = []finding.Fix{{
					Title: "add a blank", Safety: finding.Equivalent,
					Edits: []source.Edit{source.Insert(c.Script.File(span).Start, " ")},
				}}
			}
			p.Report(f)
		}
	}
}

// checks reports whether the command after the pipe compares checksums.
func checks(c rule.Shell) bool {
	for k := c.Index + 1; k < len(c.Script.Commands); k++ {
		next := c.Script.Commands[k]
		if next.Span.Start < c.Command().NextSpan.End {
			continue
		}
		e := next.Effective()
		return strings.HasSuffix(e.Name, "sum") && e.Args(shellcmd.Options{}).Has("-c", "--check")
	}
	return false
}

// blank is where the single blank between a checksum, or a variable, and a
// name is in a quoted word; -1 when there is none.
func blank(text string) int {
	if len(text) < 2 || text[0] != '"' && text[0] != '\'' {
		return -1
	}
	sum, name, ok := strings.Cut(text[1:], " ")
	variable := strings.HasPrefix(sum, "$") && !strings.HasPrefix(sum, "$(")
	hex := len(sum) >= 32 && strings.Trim(sum, "0123456789abcdefABCDEF") == ""
	if !ok || !variable && !hex || name == "" || strings.ContainsAny(name[:1], " *\"'|") {
		return -1
	}
	return 1 + len(sum)
}
