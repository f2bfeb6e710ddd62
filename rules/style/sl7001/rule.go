// Package sl7001 is the rule instruction-casing.
package sl7001

import (
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7001",
		Name:     "instruction-casing",
		Aliases:  []string{"ConsistentInstructionCasing"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "An instruction is cased unlike most of the file",
			Why:   "FROM and from mean the same. One form throughout the file, mostly capitals, makes instructions easy to see.",
			Bad:   "FROM alpine:3.22\nrun apk add --no-cache curl\nCMD [\"curl\"]\n",
			Good:  "FROM alpine:3.22\nRUN apk add --no-cache curl\nCMD [\"curl\"]\n",
			More: []rule.Example{
				{Name: "all in lower case", Dockerfile: "from alpine:3.22\nrun a\n"},
				{Name: "mixed", Dockerfile: "frOM scratch AS base\nfrom scratch AS base2\n", Lines: []int{1}, Fixed: "from scratch AS base\nfrom scratch AS base2\n"},
				{Name: "a tie is for capitals", Dockerfile: "FROM alpine:3.22\nrun \\\n  a\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nRUN \\\n  a\n"},
				{Name: "before the first FROM it does not count", Dockerfile: "arg A=1\nFROM alpine:3.22\n"},
				{Name: "over lines", Dockerfile: "FROM alpine:3.22\nR\\\nun a\nRUN b\n", Lines: []int{2}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/consistent-instruction-casing/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	want, name := strings.ToUpper, "capitals"
	lower, upper := count(p)
	if lower > upper {
		want, name = strings.ToLower, "lower case"
	}
	for _, i := range instructions(p) {
		if i.Keyword == want(i.Keyword) {
			continue
		}
		f := finding.Finding{
			Span:    i.KeywordSpan,
			Message: i.Keyword + " is not in " + name + " as most of the file",
		}
		if i.KeywordSpan.Len() == len(i.Keyword) { // not over several lines
			f.Fixes = []finding.Fix{{
				Title:  "write " + want(i.Keyword),
				Safety: finding.Identity,
				Edits:  []source.Edit{{Span: i.KeywordSpan, New: want(i.Keyword)}},
			}}
		}
		p.Report(f)
	}
}

// instructions are those of the stages. What an ONBUILD holds does not count.
func instructions(p *rule.Pass) []*syntax.Instruction {
	var out []*syntax.Instruction
	for _, s := range p.File.Stages {
		out = append(out, s.From.Instruction)
		for _, i := range s.Instructions {
			out = append(out, i.Instruction)
		}
	}
	return out
}

// count is how many instructions are in lower case and in capitals.
func count(p *rule.Pass) (lower, upper int) {
	for _, i := range instructions(p) {
		switch i.Keyword {
		case strings.ToLower(i.Keyword):
			lower++
		case strings.ToUpper(i.Keyword):
			upper++
		}
	}
	return lower, upper
}
