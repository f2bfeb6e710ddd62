// Package sl6013 is the rule system-directory.
package sl6013

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL6013.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6013",
		Name:     "system-directory",
		Aliases:  []string{"DS-0030", "DKL-DI-0002"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "WORKDIR or VOLUME lies in a directory of the system",
			Why:   "/proc, /sys and /dev are the kernel's. A working directory there can lead out of the container (CVE-2024-21626), and a volume hides what the container needs or shows what it should not see.",
			Bad:   "FROM alpine:3.22\nWORKDIR /proc/self/fd/8\n",
			Good:  "FROM alpine:3.22\nWORKDIR /app\n",
			More: []rule.Example{
				{Name: "a volume", Dockerfile: "FROM alpine:3.22\nVOLUME /data /dev/shm /sys\n", Lines: []int{2, 2}, Aliases: []string{"DKL-DI-0002", "DKL-DI-0002"}},
				{Name: "only by name alike", Dockerfile: "FROM alpine:3.22\nWORKDIR /development\nWORKDIR /app/proc\nVOLUME /process\n"},
				{Name: "by detours", Dockerfile: "FROM alpine:3.22\nWORKDIR /a/../proc/1\n", Lines: []int{2}, Aliases: []string{"DS-0030"}},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/opencontainers/runc/security/advisories/GHSA-xr7r-f8xq-vfvv"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		switch c := i.Command.(type) {
		case *dockerfile.Workdir:
			look(p, i, c.Path, "DS-0030")
		case *dockerfile.Volume:
			for _, v := range c.Paths {
				look(p, i, v, "DKL-DI-0002")
			}
		}
	}
}

func look(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Value, id string) {
	if !strings.HasPrefix(v.Text, "/") {
		return
	}
	first, _, _ := strings.Cut(path.Clean(v.Text)[1:], "/")
	if first != "proc" && first != "sys" && first != "dev" {
		return
	}
	p.Report(finding.Finding{
		Span:    v.Span,
		Message: i.Name() + " lies in /" + first + ", which is the kernel's",
		Hint:    "choose a directory of the application's own",
		Aliases: []string{id},
	})
}
