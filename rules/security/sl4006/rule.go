// Package sl4006 is the rule plain-http.
package sl4006

import (
	"net/netip"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4006.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4006",
		Name:     "plain-http",
		Aliases:  []string{"parfum:curlUseHttpsUrl", "parfum:wgetUseHttpsUrl"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A download over plain HTTP",
			Why:   "Anybody on the way can change what arrives, and it ends up in the image. Nearly all servers speak HTTPS; where one does not, a checksum makes sure of the content.",
			Bad:   "FROM debian:12\nRUN curl -fsSLO http://example.com/app.tar.gz\n",
			Good:  "FROM debian:12\nRUN curl -fsSLO https://example.com/app.tar.gz\n",
			More: []rule.Example{
				{
					Name:       "ADD, wget and git",
					Dockerfile: "FROM debian:12\nADD http://example.com/a /\nRUN wget -q \"http://example.com/$X\" && git clone http://example.com/r.git\n",
					Lines:      []int{2, 3, 3},
					Aliases:    []string{"", "parfum:wgetUseHttpsUrl", ""},
					Fixed:      "FROM debian:12\nADD https://example.com/a /\nRUN wget -q \"https://example.com/$X\" && git clone https://example.com/r.git\n",
				},
				{
					Name:       "this machine, this network, and what a checksum covers",
					Dockerfile: "FROM debian:12\nADD --checksum=sha256:0b6f http://example.com/a /\nRUN curl http://localhost:8080/health && curl http://127.0.0.1 && curl http://db:80/ && wget http://10.0.0.1/x\nRUN curl -O http://example.com/x && echo \"$S  x\" | sha256sum -c -\nRUN echo http://example.com && curl -x http://proxy.example:3128 https://example.com\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#add---checksum"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		switch c := in.Command.(type) {
		case *dockerfile.Copy:
			for _, s := range c.Sources {
				if c.Add && c.Checksum.Text == "" {
					look(p, s.Mapped())
				}
			}
		case *dockerfile.Run:
			if !verified(p, in) {
				for _, s := range p.CommandsOf(in) {
					command(p, s)
				}
			}
		}
	}
}

// verified reports whether a RUN compares checksums or signatures.
func verified(p *rule.Pass, in *dockerfile.Instruction) bool {
	for _, s := range p.CommandsOf(in) {
		if strings.HasSuffix(s.Name, "sum") || s.Name == "gpg" || s.Name == "gpgv" || s.Name == "cosign" {
			return true
		}
	}
	return false
}

// command looks at what a download fetches.
func command(p *rule.Pass, s rule.Shell) {
	var alias []string
	switch s.Name {
	case "curl":
		alias = []string{"parfum:curlUseHttpsUrl"}
	case "wget":
		alias = []string{"parfum:wgetUseHttpsUrl"}
	case "git":
		if len(s.Words) < 2 || s.Words[1].Value != "clone" {
			return
		}
	default:
		return
	}
	for k, w := range s.Words[1:] {
		if before := s.Words[k].Text; before == "-x" || before == "--proxy" || before == "-e" || before == "--referer" {
			continue
		}
		look(p, s.Script.Text.Slice(w.Span), alias...)
	}
}

// look reports a word that is an address.
func look(p *rule.Pass, word source.Mapped, aliases ...string) {
	text := word.Text()
	start := len(text) - len(strings.TrimLeft(text, `"'`))
	rest, ok := strings.CutPrefix(text[start:], "http://")
	if !ok || private(rest) {
		return
	}
	scheme := source.Span{Start: start, End: start + len("http")}
	f := finding.Finding{
		Span:    word.OrigSpan(scheme),
		Message: "what arrives over plain HTTP can be changed on the way",
		Hint:    "use https, or compare a checksum",
		Aliases: append([]string{}, aliases...),
	}
	if word.Exact(scheme) {
		f.Fixes = []finding.Fix{{
			Title: "use https", Safety: finding.Suggestion,
			Edits: []source.Edit{source.Insert(word.OrigSpan(scheme).End, "s")},
		}}
	}
	p.Report(f)
}

// private reports whether an address, without its scheme, is on this machine
// or in a network that is not the internet.
func private(address string) bool {
	host := address
	if k := strings.IndexAny(host, "/?#\"'"); k >= 0 {
		host = host[:k]
	}
	if k := strings.LastIndexByte(host, ':'); k >= 0 {
		host = host[:k]
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()
	}
	if !strings.ContainsAny(host, ".$`") {
		return true
	}
	for _, suffix := range []string{".local", ".internal", ".localhost", ".svc", ".lan", ".test"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}
