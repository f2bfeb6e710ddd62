// Package sl2002 is the rule archive-left.
package sl2002

import (
	"path"
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/layers/trace"
)

// Rule is SL2002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2002",
		Name:     "archive-left",
		Aliases:  []string{"parfum:tarSomethingRmTheSomething"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "An archive stays in the image after it is unpacked",
			Why: "What was in it is there twice, compressed and not. Delete it in the RUN that downloads it, or pipe the download into tar, which stores nothing; " +
				"what ADD downloads is a layer of its own and can't be deleted.",
			Bad: "FROM debian:12\nRUN curl -fsSLo /tmp/app.tar.gz https://example.com/app.tar.gz && \\\n    tar -xzf /tmp/app.tar.gz -C /opt\n",
			Good: "FROM debian:12\nRUN curl -fsSLo /tmp/app.tar.gz https://example.com/app.tar.gz && \\\n    tar -xzf /tmp/app.tar.gz -C /opt && \\\n" +
				"    rm /tmp/app.tar.gz\n",
			More: []rule.Example{
				{
					Name:       "in a working directory",
					Dockerfile: "FROM debian:12\nWORKDIR /src\nRUN wget https://example.com/v1.zip && unzip v1.zip && make\n",
					Lines:      []int{3},
					Fixed:      "FROM debian:12\nWORKDIR /src\nRUN wget https://example.com/v1.zip && unzip v1.zip && rm v1.zip && make\n",
				},
				{
					Name:       "what ADD downloads",
					Dockerfile: "FROM debian:12\nADD https://example.com/a.tgz /tmp/\nRUN tar xf /tmp/a.tgz -C /opt\n",
					Lines:      []int{2},
				},
				{
					Name:       "it is used again",
					Dockerfile: "FROM debian:12\nRUN curl -o a.tgz x && tar xf a.tgz && sha256sum a.tgz > sums\n",
					Lines:      []int{2},
					Fixed:      "FROM debian:12\nRUN curl -o a.tgz x && tar xf a.tgz && sha256sum a.tgz > sums\n",
				},
				{
					Name: "it is deleted, or never stored",
					Dockerfile: "FROM debian:12\nRUN curl -o /a.tgz x && tar xf /a.tgz && rm /a.tgz\nRUN cd /tmp && curl -O https://e.example/b.tar.xz && tar xf b.tar.xz && rm -rf /tmp/*\n" +
						"RUN curl x | tar xz\nADD c.tgz /opt\nRUN --mount=type=tmpfs,target=/tmp curl -o /tmp/d.zip x && unzip /tmp/d.zip\n",
				},
				{Name: "later is too late, which is another rule", Dockerfile: "FROM debian:12\nRUN curl -o /a.tgz x && tar xf /a.tgz\nRUN rm /a.tgz\n"},
				{Name: "a builder's layers stay behind", Dockerfile: "FROM debian:12 AS b\nRUN curl -o /a.tgz x && tar xf /a.tgz\nFROM debian:12\nCOPY --from=b /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) {
			continue
		}
		events := trace.Chain(p, s)
		for k, u := range events {
			if u.Kind != trace.Unpacked || u.In.Stage != s || gone(events[k+1:], u) {
				continue
			}
			if m, ok := download(events[:k], u); ok {
				report(p, m, u)
			}
		}
	}
}

// gone reports whether the archive is deleted, now or later.
func gone(after []trace.Event, u trace.Event) bool {
	for _, e := range after {
		if e.Kind == trace.Deleted && trace.Hits(e, u) {
			return true
		}
	}
	return false
}

// download finds what brought the archive: a command, or an ADD of an address.
// What COPY brings is the matter of another rule.
func download(before []trace.Event, u trace.Event) (trace.Event, bool) {
	for k := len(before) - 1; k >= 0; k-- {
		m := before[k]
		if m.Kind != trace.Made || m.Path != u.Path || m.Tree {
			continue
		}
		return m, m.Copy == nil || strings.Contains(m.Source.Text, "://")
	}
	return trace.Event{}, false
}

// report reports an archive at the place that names it first.
func report(p *rule.Pass, m, u trace.Event) {
	f := finding.Finding{
		Span:    m.Span,
		Message: path.Base(u.Path) + " stays in the layer after it is unpacked",
		Hint:    "delete it in the RUN that downloads it, or pipe the download into tar",
	}
	if m.In == u.In && u.Step >= 0 && !usedAfter(p, u) {
		name := u.Shell.Script.Text.Text()[wordOf(u).Start:wordOf(u).End]
		if edits, ok := edit.InsertAfter(p.File, u.In, u.Step, "rm "+name); ok && !moved(u) {
			f.Fixes = []finding.Fix{{Title: "delete it once it is unpacked", Safety: finding.Equivalent, Edits: edits}}
		}
	}
	p.Report(f)
}
