// Package sl0011 is the rule looks-like-json.
package sl0011

import (
	"encoding/json"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/reading"
	"schlank/source"
)

// Rule is SL0011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0011",
		Name:     "looks-like-json",
		Aliases:  []string{},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Text looks like a JSON array but is none",
			Why:   "What is not valid JSON is taken as a shell command: CMD ['a', 'b'] runs a shell that looks for a program called [a,. JSON wants double quotes, commas between the strings, and a bracket at the end.",
			Bad:   "FROM alpine:3.22\nCMD ['sleep', '60']\n",
			Good:  "FROM alpine:3.22\nCMD [\"sleep\", \"60\"]\n",
			More: []rule.Example{
				{Name: "a comma is missing", Dockerfile: "FROM alpine:3.22\nCMD [\"a\" \"b\"]\n", Lines: []int{2}},
				{Name: "a test", Dockerfile: "FROM alpine:3.22\nRUN [ \"$a\" = b ] || true\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	reading.Report(p, dockerfile.LooksLikeJSON, func(f finding.Finding) []finding.Fix {
		for i := range p.Instructions() {
			if i.Span.Contains(f.Span) {
				return requote(i)
			}
		}
		return nil
	})
}

// requote is the fix that makes single quotes double ones, where that is all
// that is missing.
func requote(i *dockerfile.Instruction) []finding.Fix {
	text := i.Args.Text()
	var words []string
	if strings.ContainsAny(text, `"\`) || json.Unmarshal([]byte(strings.ReplaceAll(text, "'", `"`)), &words) != nil {
		return nil
	}
	var edits []source.Edit
	for at, c := range []byte(text) {
		if c == '\'' {
			edits = append(edits, source.Edit{Span: i.Args.OrigSpan(source.Span{Start: at, End: at + 1}), New: `"`})
		}
	}
	return []finding.Fix{{Title: "write double quotes", Safety: finding.Suggestion, Edits: edits}}
}
