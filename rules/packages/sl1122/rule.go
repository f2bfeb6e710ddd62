// Package sl1122 is the rule needless-update.
package sl1122

import (
	"schlank/finding"
	"schlank/rule"
	"schlank/rule/estimate"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1122.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1122",
		Name:     "needless-update",
		Category: rule.Size,
		Severity: finding.Warning,
		Cause:    "package-lists",
		Doc: rule.Doc{
			Title: "apk fetches lists that apk add --no-cache fetches again",
			Why: "With --no-cache apk gets the lists itself and keeps none of them. An apk update before that only takes time, " +
				"and leaves the lists in the layer that the flag is there to keep out.",
			Bad:  "FROM alpine:3.22\nRUN apk update && apk add --no-cache curl\n",
			Good: "FROM alpine:3.22\nRUN apk add --no-cache curl\n",
			More: []rule.Example{
				{
					Name:       "the whole RUN goes",
					Dockerfile: "FROM alpine:3.22\nRUN apk update\nRUN apk upgrade --no-cache && apk --no-cache add curl\nRUN echo\n",
					Lines:      []int{2},
					Fixed:      "FROM alpine:3.22\nRUN apk upgrade --no-cache && apk --no-cache add curl\nRUN echo\n",
				},
				{
					Name:       "something reads the lists",
					Dockerfile: "FROM a\nRUN apk update && apk add curl && apk add --no-cache b\nFROM a AS c\nRUN apk update && apk search x\nFROM a\nRUN apk update\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Local_Cache"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		if !calls.Needless(p, c) {
			continue
		}
		f := finding.Finding{
			Span:    c.CallSpan(),
			Message: "apk add --no-cache fetches the lists itself",
			Hint:    "leave apk update out",
			Cost:    estimate.Cache(c.Fills(c.Env, c.Home())[0]),
		}
		if edits := removal(c); edits != nil {
			f.Fixes = []finding.Fix{{Title: "remove apk update", Safety: finding.Equivalent, Edits: edits}}
		}
		p.Report(f)
	}
}

// removal takes the call away, or the whole instruction if it is all it does.
func removal(c calls.Call) []source.Edit {
	if c.Script != c.Run.Script || c.In.Nested != nil {
		return nil
	}
	if len(c.Script.Commands) == 1 && !c.Run.Heredoc {
		return []source.Edit{source.Delete(c.In.Span)}
	}
	var out []source.Edit
	for _, s := range c.Command().OrigRemoval {
		out = append(out, source.Delete(s))
	}
	return out
}
