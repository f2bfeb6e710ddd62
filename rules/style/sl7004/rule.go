// Package sl7004 is the rule legacy-key-value.
package sl7004

import (
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7004.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7004",
		Name:     "legacy-key-value",
		Aliases:  []string{"LegacyKeyValueFormat"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "ENV or LABEL without an equals sign",
			Why:   "ENV NAME value is an old form that takes all the rest of the line as one value: ENV A 1 B=2 sets A to \"1 B=2\". With = it is plain where a value ends, and one instruction can set several.",
			Bad:   "FROM alpine:3.22\nENV GREETING hello world\n",
			Good:  "FROM alpine:3.22\nENV GREETING=\"hello world\"\n",
			More: []rule.Example{
				{Name: "held by ONBUILD", Dockerfile: "FROM alpine:3.22\nONBUILD ENV a b\n", Lines: []int{2}, Aliases: []string{""}, Fixed: "FROM alpine:3.22\nONBUILD ENV a=b\n"},
				{Name: "one word", Dockerfile: "FROM alpine:3.22\nENV A   /b:$PATH\nLABEL c d\n", Lines: []int{2, 3}, Fixed: "FROM alpine:3.22\nENV A=/b:$PATH\nLABEL c=d\n"},
				{Name: "quotes that hold all", Dockerfile: "FROM alpine:3.22\nENV A \"b c\"\nENV D 'e f'\n", Lines: []int{2, 3}, Fixed: "FROM alpine:3.22\nENV A=\"b c\"\nENV D='e f'\n"},
				{Name: "quotes inside", Dockerfile: "FROM alpine:3.22\nENV A b \"c\" d\nENV E f 'g' h\n", Lines: []int{2, 3}, Fixed: "FROM alpine:3.22\nENV A=b\\ \"c\"\\ d\nENV E=f\\ 'g'\\ h\n"},
				{Name: "escapes", Dockerfile: "FROM alpine:3.22\nENV A b\\ c d\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nENV A=b\\ c\\ d\n"},
				{Name: "over lines", Dockerfile: "FROM alpine:3.22\nENV A \\\n  b\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nENV A=b\n"},
				{Name: "blanks in the value over lines", Dockerfile: "FROM alpine:3.22\nENV A b \\\n  c\n", Lines: []int{2}, Fixed: "FROM alpine:3.22\nENV A=\"b \\\n  c\"\n"},
				{Name: "another escape character", Dockerfile: "# escape=`\nFROM alpine:3.22\nENV A b \"c\"\n", Lines: []int{3}, Fixed: "# escape=`\nFROM alpine:3.22\nENV A=b` \"c\"\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/legacy-key-value-format/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		if n := i.Name(); n != "ENV" && n != "LABEL" {
			continue
		}
		for _, pair := range i.Pairs {
			if !pair.Legacy {
				continue
			}
			f := finding.Finding{Span: pair.Span, Message: i.Name() + " has no = between name and value", Fixes: fixes(p, pair)}
			if i.Held() {
				f.Aliases = []string{} // BuildKit looks when it is run
			}
			p.Report(f)
		}
	}
}

// fixes writes the pair with =. In the old form only blanks mean something
// else: they belong to the value.
func fixes(p *rule.Pass, pair syntax.Pair) []finding.Fix {
	edits, ok := quote(pair.Value, string(p.File.Syntax.Escape))
	between := source.Span{Start: pair.Name.Span.End, End: pair.Value.Span.Start}
	if !ok || strings.Contains(p.Text(between), "#") || pair.Value.Len() == 0 {
		return nil
	}
	return []finding.Fix{{
		Title:  "write =",
		Safety: finding.Identity,
		Edits:  append([]source.Edit{{Span: between, New: "="}}, edits...),
	}}
}

// quote makes one word of a value. Plain text goes into quotes as a whole; if it
// has quotes or escapes itself, each blank outside of them is escaped.
func quote(value syntax.Word, escape string) (edits []source.Edit, ok bool) {
	text := value.Text()
	if !strings.ContainsAny(text, " \t\v\f\r\n") {
		return nil, true
	}
	if !strings.ContainsAny(text, `"'`+escape) {
		return []source.Edit{source.Insert(value.Span.Start, `"`), source.Insert(value.Span.End, `"`)}, true
	}
	var open byte
	for k := 0; k < len(text); k++ {
		switch c := text[k]; {
		case c == escape[0] && open != '\'':
			k++
		case open == 0 && (c == '"' || c == '\''):
			open = c
		case c == open:
			open = 0
		case open == 0 && c == ' ':
			edits = append(edits, source.Insert(value.Offset(k), escape))
		case open == 0 && strings.IndexByte("\t\v\f\r\n", c) >= 0:
			return nil, false
		}
	}
	return edits, open == 0
}
