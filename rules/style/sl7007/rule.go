// Package sl7007 is the rule description-comment.
package sl7007

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL7007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7007",
		Name:     "description-comment",
		Aliases:  []string{"InvalidDefinitionDescription"},
		Category: rule.Style,
		Severity: finding.Info,
		Off:      "it is of use only where docker build --call=outline is, and takes any other comment above an ARG or a stage for a mistake; BuildKit calls it experimental",
		Doc: rule.Doc{
			Title: "A comment above an ARG or a stage is no description of it",
			Why:   "docker build --call=outline shows the comment above an ARG or a named stage as its description, if it starts with the name. An empty line or comment in between says that it is not meant so.",
			Bad:   "# the version of the compiler\nARG VERSION=1\nFROM alpine:3.22\n",
			Good:  "# VERSION is the version of the compiler\nARG VERSION=1\nFROM alpine:3.22\n",
			More: []rule.Example{
				{Name: "a stage", Dockerfile: "# bar builds\nFROM alpine:3.22 AS bar\n# it tests\nFROM bar AS test\n", Lines: []int{4}},
				{Name: "a stage without a name", Dockerfile: "# some words\nFROM alpine:3.22\n"},
				{Name: "an empty comment ends it", Dockerfile: "# some words\n#\nARG A=1\nFROM alpine:3.22\n"},
				{Name: "several", Dockerfile: "FROM alpine:3.22\n# B is one of them\nARG A=1 B=2\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/invalid-definition-description/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, i := range p.File.Global {
		arg(p, i)
	}
	for i := range p.Instructions() {
		if i.Name() == "FROM" {
			if name := i.Stage.Name; name != "" {
				look(p, i, []string{name}, name)
			}
			continue
		}
		arg(p, i)
	}
}

func arg(p *rule.Pass, i *dockerfile.Instruction) {
	c, ok := i.Command.(*dockerfile.Arg)
	if !ok || len(c.Vars) == 0 {
		return
	}
	var names []string
	for _, v := range c.Vars {
		names = append(names, v.Name)
	}
	example := names[0]
	if len(names) > 1 {
		example = "NAME"
	}
	look(p, i, names, example)
}

// look reports the last comment above an instruction unless it begins with one
// of the names.
func look(p *rule.Pass, i *dockerfile.Instruction, names []string, example string) {
	comments := p.File.Syntax.Comments(i.Instruction)
	if len(comments) == 0 {
		return
	}
	last := comments[len(comments)-1]
	first, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(p.Text(last), "#")), " ")
	if slices.Contains(names, first) {
		return
	}
	p.Report(finding.Finding{
		Span:    i.KeywordSpan,
		Message: "the comment above " + i.Name() + " does not describe it",
		Hint:    "write # " + example + " and a description, or put an empty line in between",
	})
}
