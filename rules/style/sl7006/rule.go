// Package sl7006 is the rule expose-proto-casing.
package sl7006

import (
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL7006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7006",
		Name:     "expose-proto-casing",
		Aliases:  []string{"ExposeProtoCasing"},
		Category: rule.Style,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The protocol of a port has capitals",
			Why:   "Protocols are written in lower case everywhere else: in the image, in docker ps, in compose files. Capitals are taken but not kept.",
			Bad:   "FROM alpine:3.22\nEXPOSE 80/TCP 53/udp\n",
			Good:  "FROM alpine:3.22\nEXPOSE 80/tcp 53/udp\n",
			More: []rule.Example{
				{Name: "two", Dockerfile: "FROM alpine:3.22\nEXPOSE 80/TcP 8080/TCP 8080/udp\n", Lines: []int{2, 2}, Fixed: "FROM alpine:3.22\nEXPOSE 80/tcp 8080/tcp 8080/udp\n"},
				{Name: "from a variable", Dockerfile: "FROM alpine:3.22\nARG P=80/TCP\nEXPOSE $P\n", Lines: []int{3}, Fixed: "FROM alpine:3.22\nARG P=80/TCP\nEXPOSE $P\n"},
				{Name: "no protocol", Dockerfile: "FROM alpine:3.22\nEXPOSE 80/X\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/expose-proto-casing/"},
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
			_, proto, _ := strings.Cut(port.Value.Text[strings.LastIndex(port.Value.Text, ":")+1:], "/")
			if lower := strings.ToLower(proto); proto != lower && (lower == "tcp" || lower == "udp" || lower == "sctp") {
				report(p, i, port.Value, proto)
			}
		}
	}
}

func report(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Value, proto string) {
	f := finding.Finding{Span: v.Span, Message: "the protocol " + proto + " has capitals"}
	if i.Held() {
		f.Aliases = []string{} // BuildKit looks when it is run
	}
	if at := strings.LastIndex(v.Raw, "/"+proto); at >= 0 {
		span := source.Span{Start: at + 1, End: at + 1 + len(proto)}
		f.Span = v.Mapped().OrigSpan(span)
		f.Fixes = []finding.Fix{{
			Title: "write " + strings.ToLower(proto), Safety: finding.Identity, Edits: []source.Edit{{Span: f.Span, New: strings.ToLower(proto)}},
		}}
	}
	p.Report(f)
}
