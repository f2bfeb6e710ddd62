// Package sl3007 is the rule copy-whole-image.
package sl3007

import (
	"path"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3007",
		Name:     "copy-whole-image",
		Aliases:  []string{"DL3067"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "All files of another stage or image are copied",
			Why: "COPY --from=build / / brings along all that the other stage has: its compilers, its caches, its distribution over the one that is there. Copy what the image needs. " +
				"Onto scratch it makes one layer of many, which loses environment, user and command, and shares no layer with other images.",
			Bad:  "FROM golang:1.25 AS build\nRUN go build -o /out/app .\nFROM debian:13-slim\nCOPY --from=build / /\n",
			Good: "FROM golang:1.25 AS build\nRUN go build -o /out/app .\nFROM debian:13-slim\nCOPY --from=build /out/app /usr/local/bin/\n",
			More: []rule.Example{
				{Name: "the context", Dockerfile: "FROM alpine:3.22\nCOPY / /\n"},
				{Name: "a part", Dockerfile: "FROM alpine:3.22 AS a\nFROM alpine:3.22\nCOPY --from=a /b /\n"},
				{Name: "from an image, by detours", Dockerfile: "FROM scratch\nCOPY --from=alpine:3.22 /etc/.. /mnt\n", Lines: []int{2}},
				{Name: "a stage that holds only what is meant to be copied", Dockerfile: "FROM scratch AS out\nCOPY a /b\nFROM alpine:3.22\nCOPY --from=out / /\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Copy)
		if !ok || c.From.Raw == "" || c.FromStage != nil && c.FromStage.Root().Base.Text == "scratch" || len(c.Excludes) > 0 {
			continue
		}
		for _, v := range c.Sources {
			if v.Known && v.Text != "" && path.Clean("/"+v.Text) == "/" {
				report(p, i, c, v)
			}
		}
	}
}

func report(p *rule.Pass, i *dockerfile.Instruction, c *dockerfile.Copy, v dockerfile.Value) {
	f := finding.Finding{
		Span:    v.Span,
		Message: "this copies all files of " + c.From.Raw,
		Hint:    "copy only what the image needs",
	}
	if i.Stage != nil && i.Stage.Root().Base.Text == "scratch" {
		f.Severity = finding.Info
		f.Hint = "copy only what the image needs, or start from " + c.From.Raw + " if it needs all"
	}
	p.Report(f)
}
