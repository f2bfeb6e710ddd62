// Package sl0033 is the rule workdir-relative.
package sl0033

import (
	"path"
	"regexp"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0033.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0033",
		Name:     "workdir-relative",
		Aliases:  []string{"WorkdirRelativePath", "DL3000", "DS-0009", "CKV_DOCKER_10"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The first WORKDIR is a relative path",
			Why:   "A relative WORKDIR goes on from the one before it. The first goes on from what the base image says, which can change with the base. Later ones are fine: they start from a path that is written in the file.",
			Bad:   "FROM node:24\nWORKDIR app\n",
			Good:  "FROM node:24\nWORKDIR /app\n",
			More: []rule.Example{
				{Name: "one after another", Dockerfile: "FROM node:24\nWORKDIR /app\nWORKDIR server\n"},
				{Name: "one after another, the first relative", Dockerfile: "FROM node:24\nWORKDIR app\nWORKDIR server\n", Lines: []int{2}},
				{Name: "the parent sets it", Dockerfile: "FROM node:24 AS a\nWORKDIR /app\nFROM a\nWORKDIR b\n"},
				{Name: "scratch starts at the root", Dockerfile: "FROM scratch\nWORKDIR 'a b'\n", Lines: []int{2}, Safety: finding.Identity, Fixed: "FROM scratch\nWORKDIR '/a b'\n"},
				{Name: "held by ONBUILD", Dockerfile: "FROM node:24\nONBUILD WORKDIR app\n", Lines: []int{2}, Aliases: []string{"DL3000,DS-0009,CKV_DOCKER_10"}},
				{Name: "what is not known", Dockerfile: "FROM node:24\nARG D\nWORKDIR $D\n"},
				{Name: "Windows", Dockerfile: "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR C:/app\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/workdir-relative-path/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	set := map[*dockerfile.Stage]bool{}
	for _, s := range p.File.Stages {
		set[s] = set[s.Parent]
		for _, i := range s.Instructions {
			held := false
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i, held = o.Trigger, true
			}
			c, ok := i.Command.(*dockerfile.Workdir)
			if !ok {
				continue
			}
			if !set[s] && c.Path.Raw != "" && isRelative(s, c.Path) {
				report(p, i, c.Path, held)
			}
			set[s] = true
		}
	}
}

// isRelative reports whether a path surely is relative, on Unix and Windows.
func isRelative(s *dockerfile.Stage, v dockerfile.Value) bool {
	text, absolute := v.Text, `/\`
	if !v.Known && !s.BaseKnown {
		text, absolute = strings.Trim(v.Raw, `"'`), `/\$`
	}
	return text == "" || !strings.ContainsAny(text[:1], absolute) && !drive.MatchString(text)
}

var drive = regexp.MustCompile(`^[A-Za-z]:`)

func report(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Value, held bool) {
	f := finding.Finding{
		Span:    v.Span,
		Message: "WORKDIR is relative to a directory that only the base image knows",
		Hint:    "write an absolute path",
	}
	if held {
		f.Aliases = []string{"DL3000", "DS-0009", "CKV_DOCKER_10"} // BuildKit looks when it is run
	}
	safety := finding.Suggestion
	dir := "/"
	if path.IsAbs(i.Before.Workdir) {
		safety, dir = finding.Identity, strings.TrimSuffix(i.Before.Workdir, "/")+"/"
	}
	at := v.Span.Start
	if text := p.Text(v.Span); strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
		at++
	}
	if v.Known && v.Text != "" && !strings.HasPrefix(v.Text, ".") {
		f.Fixes = []finding.Fix{{Title: "start at " + dir, Safety: safety, Edits: []source.Edit{source.Insert(at, dir)}}}
	}
	p.Report(f)
}
