// Package sl2003 is the rule chown-layer.
package sl2003

import (
	"fmt"

	"schlank/finding"
	"schlank/rule"
)

// Rule is SL2003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2003",
		Name:     "chown-layer",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Owner or mode of copied files is changed in another layer",
			Why: "A layer holds whole files. Changing the owner or the mode of a file that an earlier layer holds stores all of it again, so chown -R after COPY doubles what was copied. " +
				"COPY --chown and COPY --chmod set both on the way.",
			Bad:     "FROM node:22\nCOPY . /app\nRUN chown -R node:node /app\nUSER node\n",
			Good:    "FROM node:22\nCOPY --chown=node:node . /app\nUSER node\n",
			More:    examples(),
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range changes(p) {
		copies := brought(p, c)
		if len(copies) == 0 {
			continue
		}
		part := c.part(copies)
		what := "what"
		if part {
			what = "a part of what"
		}
		f := finding.Finding{
			Span:    c.span,
			Message: fmt.Sprintf("%s stores again %s line %d copies", c.name, what, line(p, copies[len(copies)-1].In)),
			Hint:    fmt.Sprintf("set it on the way: COPY --%s=%s", c.name, c.value),
		}
		if !part {
			f.Cost = cost(p, copies)
		}
		if !c.recursive || part {
			f.Severity = finding.Info
		}
		if x, ok := fix(p, c, copies); ok {
			f.Fixes = []finding.Fix{x}
		}
		p.Report(f)
	}
}
