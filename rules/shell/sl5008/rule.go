// Package sl5008 is the rule not-in-sh.
package sl5008

import (
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
	"schlank/source"
)

// Rule is SL5008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:   "SL5008",
		Name: "not-in-sh",
		Aliases: []string{
			"SC2112", "SC2118", "SC3001", "SC3003", "SC3004", "SC3005", "SC3006", "SC3008", "SC3009", "SC3010", "SC3011", "SC3014", "SC3020", "SC3021",
			"SC3024", "SC3028", "SC3030", "SC3037", "SC3039", "SC3040", "SC3044", "SC3046", "SC3047", "SC3053", "SC3054", "SC3056", "SC3057", "SC3058",
			"SC3059", "SC3060",
		},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The shell of the image does not know this",
			Why: "RUN uses /bin/sh, which is dash on Debian and Ubuntu and busybox's ash on Alpine; what only bash has fails there, or means something else: " +
				"in dash, {a,b} is a name, [[ is a command that is not found and &> starts a background job. " +
				"Write it in plain shell, or say SHELL [\"/bin/bash\", \"-c\"]. Where sh is bash nothing is reported.",
			Bad:  "FROM debian:12\nRUN source ./env.sh && [ \"$MODE\" == prod ] && make\n",
			Good: "FROM debian:12\nRUN . ./env.sh && [ \"$MODE\" = prod ] && make\n",
			More: []rule.Example{
				{
					Name:       "dash",
					Dockerfile: "FROM debian:12\nRUN [[ -f a ]] && mkdir -p /x/{a,b} && cmd &> log && echo $RANDOM && echo -e 'a\\nb' && a=(1 2) && cat <<< x\n",
					Lines:      []int{2, 2, 2, 2, 2, 2, 2},
					Aliases:    []string{"SC3010", "SC3009", "SC3020", "SC3028", "SC3037", "SC3030", "SC3011"},
					Fixed:      "FROM debian:12\nRUN [[ -f a ]] && mkdir -p /x/{a,b} && cmd > log 2>&1 && echo $RANDOM && echo -e 'a\\nb' && a=(1 2) && cat <<< x\n",
				},
				{
					Name:       "busybox has some of it",
					Dockerfile: "FROM alpine:3.20\nRUN [[ -f a ]] && mkdir -p /x/{a,b} && source x && echo -e a && set -o pipefail && declare a\n",
					Lines:      []int{2, 2},
					Aliases:    []string{"SC3009", "SC3044"},
				},
				{Name: "bash has all of it", Dockerfile: "FROM fedora:41\nRUN [[ -f a ]] && echo {a,b}\nFROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN [[ -f a ]]\nRUN <<EOF\n#!/bin/bash\n[[ a ]]\nEOF\n"},
				{Name: "a variable that the file sets", Dockerfile: "FROM debian:12\nARG UID=1000\nRUN useradd -u $UID a && useradd -u $EUID b\n", Lines: []int{3}, Aliases: []string{"SC3028"}},
				{Name: "bash is called", Dockerfile: "FROM debian:12\nRUN bash -c 'source x' && sh -c 'source /y'\n", Lines: []int{2}},
				{
					Name:       "functions",
					Dockerfile: "FROM debian:12\nRUN function f { a; } && function g() { b; } && f && g\n",
					Lines:      []int{2, 2},
					Fixed:      "FROM debian:12\nRUN f() { a; } && g() { b; } && f && g\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html", "https://wiki.ubuntu.com/DashAsBinSh"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range script.All(p) {
		kind := s.Kind()
		if kind == script.Bash || kind == script.Other {
			continue
		}
		_, own := s.Variables()
		for _, f := range s.Features() {
			if kind == script.Ash && f.Ash || f.ID == "SC3028" && known(s, own, f.What[1:]) {
				continue
			}
			p.Report(finding.Finding{
				Span:    f.Orig,
				Message: message(kind, f),
				Hint:    "write it in plain shell, or say SHELL [\"/bin/bash\", \"-c\"]",
				Aliases: []string{f.ID},
				Fixes:   fixes(s, f),
			})
		}
	}
}

// message says which shell lacks what.
func message(kind script.Kind, f shellcmd.Feature) string {
	switch kind {
	case script.Dash:
		return "dash, the sh of this image, has no " + f.What
	case script.Ash:
		return "busybox's ash, the sh of this image, has no " + f.What
	}
	return "a plain sh has no " + f.What
}

// known reports whether the file or the script sets a variable that bash would
// set by itself.
func known(s script.Script, own map[string]bool, name string) bool {
	_, set := s.In.Before.Env.Get(name)
	return set || own[name] || script.Declares(s.In, name)
}

// fixes says the same in plain shell, where that is a matter of one word.
func fixes(s script.Script, f shellcmd.Feature) []finding.Fix {
	if !s.Exact(f.Span) {
		return nil
	}
	fix := func(title string, edits ...source.Edit) []finding.Fix {
		return []finding.Fix{{Title: title, Safety: finding.Equivalent, Edits: edits}}
	}
	text := s.Text.Text()
	switch f.ID {
	case "SC3014":
		return fix("write =", source.Edit{Span: f.Orig, New: "="})
	case "SC3046":
		for _, c := range s.Commands {
			// A name without a slash is looked for in another way.
			if len(c.Words) > 1 && c.Words[0].Span == f.Span && strings.Contains(c.Words[1].Text, "/") {
				return fix("write .", source.Edit{Span: f.Orig, New: "."})
			}
		}
	case "SC3020":
		for _, c := range s.Commands {
			for _, r := range c.Redirs {
				if r.Span.Start == f.Span.Start && r.Op == "&>" && s.Exact(r.Span) {
					return fix("write > and 2>&1", source.Edit{Span: f.Orig, New: ">"}, source.Insert(r.Orig.End, " 2>&1"))
				}
			}
		}
	case "SC2112":
		return function(s, f, text, fix)
	}
	return nil
}

// function writes name() for function name.
func function(s script.Script, f shellcmd.Feature, text string, fix func(string, ...source.Edit) []finding.Fix) []finding.Fix {
	at := f.Span.End
	for at < len(text) && text[at] == ' ' {
		at++
	}
	end := at
	for end < len(text) && text[end] != ' ' && text[end] != '(' && text[end] != '{' && text[end] != '\n' {
		end++
	}
	span := source.Span{Start: f.Span.Start, End: end}
	if end == at || !s.Exact(span) {
		return nil
	}
	edits := []source.Edit{source.Delete(s.File(source.Span{Start: f.Span.Start, End: at}))}
	if rest := text[end:]; len(rest) > 0 && rest[0] != '(' {
		edits = append(edits, source.Insert(s.Offset(end), "()"))
	}
	return fix("write name()", edits...)
}
