// Package sl0027 is the rule copy-several-without-slash.
package sl0027

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0027.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0027",
		Name:     "copy-several-without-slash",
		Aliases:  []string{"DL3021", "DS-0011"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Several files are copied to a path that does not end in a slash",
			Why: "Only a slash at the end says that the destination is a directory. Without it the result depends on what is there: " +
				"if nothing is, older builders refuse the instruction, and newer ones write all files to one and the same path.",
			Bad:  "FROM node:24\nCOPY package.json yarn.lock app\n",
			Good: "FROM node:24\nCOPY package.json yarn.lock app/\n",
			More: []rule.Example{
				{Name: "in JSON form", Dockerfile: "FROM node:24\nCOPY --link [\"a\", \"b\", \"c d\"]\n", Lines: []int{2}, Fixed: "FROM node:24\nCOPY --link [\"a\", \"b\", \"c d/\"]\n"},
				{Name: "with quotes", Dockerfile: "FROM node:24\nADD a b \"c\"\n", Lines: []int{2}, Fixed: "FROM node:24\nADD a b \"c/\"\n"},
				{Name: "the current directory", Dockerfile: "FROM node:24\nCOPY a b .\nCOPY a b ./\n"},
				{Name: "one source", Dockerfile: "FROM node:24\nCOPY a b\n"},
				{Name: "a variable", Dockerfile: "FROM example.com/base:1\nCOPY a b $DIR\n"},
				{Name: "as docker history shows it", Dockerfile: "FROM node:24\nCOPY file:8b86 in myfile\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Copy)
		if !ok || len(c.Sources)+len(c.Inline) < 2 || !c.Dest.Known || isDirectory(c.Dest.Text) || fromHistory(c) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Dest.Span,
			Message: i.Name() + " has several sources, so its destination must end in a slash",
			Fixes: []finding.Fix{{
				Title:  "add a slash",
				Safety: finding.Suggestion,
				Edits:  []source.Edit{source.Insert(end(p, c.Dest), "/")},
			}},
		})
	}
}

// isDirectory reports whether a destination says that it is a directory.
func isDirectory(dest string) bool {
	last := dest[strings.LastIndexAny(dest, `/\`)+1:]
	return last == "" || last == "." || last == ".."
}

// fromHistory reports whether this is how docker history shows a copy.
func fromHistory(c *dockerfile.Copy) bool {
	return len(c.Sources) == 2 && c.Sources[1].Raw == "in" &&
		(strings.HasPrefix(c.Sources[0].Raw, "file:") || strings.HasPrefix(c.Sources[0].Raw, "multi:") || strings.HasPrefix(c.Sources[0].Raw, "dir:"))
}

// end is where a slash goes: before a closing quote.
func end(p *rule.Pass, dest dockerfile.Value) int {
	if text := p.Text(dest.Span); strings.HasSuffix(text, `"`) || strings.HasSuffix(text, `'`) {
		return dest.Span.End - 1
	}
	return dest.Span.End
}
