// Package sl0029 is the rule instruction-without-effect.
package sl0029

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0029.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0029",
		Name:     "instruction-without-effect",
		Aliases:  []string{"MultipleInstructionsDisallowed", "DL4003", "DL4004", "DL3012", "DS-0016", "DS-0007", "DS-0023"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A CMD, ENTRYPOINT or HEALTHCHECK is replaced by a later one",
			Why:   "Of several CMDs in a stage only the last counts, and so with ENTRYPOINT and HEALTHCHECK. The others only mislead readers.",
			Bad:   "FROM alpine:3.22\nCMD [\"sleep\", \"1\"]\nCMD [\"sleep\", \"2\"]\n",
			Good:  "FROM alpine:3.22\nCMD [\"sleep\", \"2\"]\n",
			More: []rule.Example{
				{Name: "one a stage", Dockerfile: "FROM alpine:3.22\nCMD [\"a\"]\nFROM alpine:3.22\nCMD [\"b\"]\n"},
				{Name: "the others", Dockerfile: "FROM alpine:3.22\nHEALTHCHECK NONE\nENTRYPOINT [\"a\"]\nHEALTHCHECK CMD true\nENTRYPOINT [\"b\"]\nENTRYPOINT [\"c\"]\n",
					Lines:   []int{2, 3, 5},
					Aliases: []string{"MultipleInstructionsDisallowed,DL3012,DS-0023", "MultipleInstructionsDisallowed,DL4004,DS-0007", "MultipleInstructionsDisallowed,DL4004,DS-0007"},
					Fixed:   "FROM alpine:3.22\nHEALTHCHECK CMD true\nENTRYPOINT [\"c\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"},
		},
		Run: run,
	}
}

// aliases are the ids for an instruction, nil for those that add up.
func aliases(name string) []string {
	switch name {
	case "CMD":
		return []string{"MultipleInstructionsDisallowed", "DL4003", "DS-0016"}
	case "ENTRYPOINT":
		return []string{"MultipleInstructionsDisallowed", "DL4004", "DS-0007"}
	case "HEALTHCHECK":
		return []string{"MultipleInstructionsDisallowed", "DL3012", "DS-0023"}
	}
	return nil
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		last := map[string]*dockerfile.Instruction{}
		for _, i := range s.Instructions {
			ids := aliases(i.Name())
			if ids == nil {
				continue
			}
			if before := last[i.Name()]; before != nil {
				p.Report(finding.Finding{
					Span:    before.Bare(),
					Message: "a later " + i.Name() + " of the stage replaces this one",
					Aliases: ids,
					Fixes: []finding.Fix{{
						Title:  "remove it",
						Safety: finding.Equivalent,
						Edits:  []source.Edit{source.Delete(before.Span)},
					}},
				})
			}
			last[i.Name()] = i
		}
	}
}
