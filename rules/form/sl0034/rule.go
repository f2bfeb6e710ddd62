// Package sl0034 is the rule expose-host-part.
package sl0034

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0034.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0034",
		Name:     "expose-host-part",
		Aliases:  []string{"ExposeInvalidFormat"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "EXPOSE names an address or a port of the host",
			Why:   "EXPOSE only notes on which ports the container listens. Where they are reached is said when it is started, so the part before the colon is dropped, and BuildKit announced that it will become an error.",
			Bad:   "FROM nginx:1.29\nEXPOSE 127.0.0.1:8080:80\n",
			Good:  "FROM nginx:1.29\nEXPOSE 80\n",
			More: []rule.Example{
				{Name: "several", Dockerfile: "FROM nginx:1.29\nEXPOSE 80 8443:443/tcp \\\n  1-3:4-6\n", Lines: []int{2, 3}, Fixed: "FROM nginx:1.29\nEXPOSE 80 443/tcp \\\n  4-6\n"},
				{Name: "from a variable", Dockerfile: "FROM nginx:1.29\nARG P=80:81\nEXPOSE $P\n", Lines: []int{3}, Fixed: "FROM nginx:1.29\nARG P=80:81\nEXPOSE $P\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/expose-invalid-format/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Expose)
		if !ok {
			continue
		}
		for _, port := range c.Ports {
			text := port.Value.Text
			if colon := strings.LastIndexByte(text, ':'); colon >= 0 && strings.Trim(text[:colon], ":") != "" {
				report(p, i, port.Value)
			}
		}
	}
}

func report(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Value) {
	f := finding.Finding{
		Span:    v.Span,
		Message: "EXPOSE takes no address and no port of the host",
		Hint:    "write the container's port only, and -p " + v.Text + " when it is started",
	}
	if i.Held() {
		f.Aliases = []string{} // BuildKit looks when it is run
	}
	colon := strings.LastIndexByte(v.Raw, ':')
	if colon >= 0 && !strings.ContainsAny(v.Raw, "$\"'") {
		f.Fixes = []finding.Fix{{
			Title:  "leave the port of the container",
			Safety: finding.Identity,
			Edits:  []source.Edit{source.Delete(v.Mapped().OrigSpan(source.Span{End: colon + 1}))},
		}}
	}
	p.Report(f)
}
