// Package sl2011 is the rule volatile-early.
package sl2011

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL2011.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2011",
		Name:     "volatile-early",
		Aliases:  []string{},
		Category: rule.Cache,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A value that changes with each build comes before RUNs that do not need it",
			Why: "All RUNs after an ARG or ENV see its value, so a new one makes all of them again, whether they use it or not. " +
				"A commit or a date is another one each time: declare it right before the instruction that uses it, which for labels is the end of the file.",
			Bad:  "FROM debian:12\nARG GIT_SHA\nRUN apt-get update && apt-get install -y curl\nLABEL revision=$GIT_SHA\n",
			Good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nARG GIT_SHA\nLABEL revision=$GIT_SHA\n",
			More: []rule.Example{
				{Name: "an ENV", Dockerfile: "FROM debian:12\nENV BUILD_DATE=2024-01-01\nRUN make\nARG COMMIT\nRUN echo $COMMIT\n", Lines: []int{2}, Fixed: "FROM debian:12\nENV BUILD_DATE=2024-01-01\nRUN make\nARG COMMIT\nRUN echo $COMMIT\n"},
				{Name: "where it is used, and others", Dockerfile: "FROM debian:12\nARG VERSION\nARG CACHEBUST\nRUN make\nARG GIT_SHA\nENV SHA=$GIT_SHA\nCOPY a b\n"},
				{Name: "before the first FROM it counts for nothing", Dockerfile: "ARG GIT_SHA\nFROM debian:12\nRUN make\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#impact-on-build-caching"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		for k, in := range s.Instructions {
			var vars []dockerfile.Var
			switch c := in.Command.(type) {
			case *dockerfile.Arg:
				vars = c.Vars
			case *dockerfile.EnvVars:
				vars = c.Vars
			}
			for _, v := range vars {
				if volatile(v.Name) {
					look(p, s, k, v, len(vars) == 1)
				}
			}
		}
	}
}

// volatile reports whether a variable of that name has another value in each
// build. One that is there to spoil the cache is meant to.
func volatile(name string) bool {
	name = strings.ToUpper(name)
	words := strings.Split(name, "_")
	if slices.Contains([]string{"BUILD_DATE", "BUILD_TIME", "BUILD_TIMESTAMP", "BUILD_NUMBER", "BUILD_ID", "BUILDTIME", "CREATED", "VCS_REF", "REVISION", "SOURCE_COMMIT", "TIMESTAMP"}, name) {
		return true
	}
	return slices.Contains(words, "COMMIT") || words[0] == "GIT" && slices.ContainsFunc(words[1:], func(w string) bool {
		return w == "SHA" || w == "HASH" || w == "REV" || w == "REF" || w == "DESCRIBE"
	})
}

// look reports a variable that RUNs which do not use it come after.
func look(p *rule.Pass, s *dockerfile.Stage, k int, v dockerfile.Var, alone bool) {
	runs := 0
	var first *dockerfile.Instruction // that uses it
	for _, in := range s.Instructions[k+1:] {
		if strings.Contains(in.Logical().Text(), v.Name) {
			first = in
			break
		}
		if in.Name() == "RUN" {
			runs++
		}
	}
	if runs == 0 {
		return
	}
	f := finding.Finding{
		Span:    v.NameSpan,
		Message: "each new value of " + v.Name + " makes the RUNs after it again, which do not use it",
		Hint:    "declare it right before the instruction that uses it",
	}
	in := s.Instructions[k]
	if _, isArg := in.Command.(*dockerfile.Arg); isArg && alone && first != nil {
		text := p.Text(in.Span)
		if strings.HasSuffix(text, "\n") {
			f.Fixes = []finding.Fix{{
				Title: "move it down to where it is used", Safety: finding.Suggestion,
				Edits: []source.Edit{source.Delete(in.Span), source.Insert(first.Span.Start, text)},
			}}
		}
	}
	p.Report(f)
}
