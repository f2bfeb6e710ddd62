// Package sl2016 is the rule signature-left.
package sl2016

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/layers/trace"
)

// Rule is SL2016.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL2016",
		Name:     "signature-left",
		Aliases:  []string{"parfum:gpgVerifyAscRmAsc"},
		Category: rule.Size,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "A signature stays in the image after it is verified",
			Why:   "Once gpg --verify has looked at it nothing needs the file. It is small, but with the key ring beside it one more thing that somebody has to wonder about.",
			Bad:   "FROM debian:12\nRUN curl -fsSLO https://example.com/app.asc && gpg --batch --verify app.asc app\n",
			Good:  "FROM debian:12\nRUN curl -fsSLO https://example.com/app.asc && gpg --batch --verify app.asc app && rm app.asc\n",
			More: []rule.Example{
				{Name: "it is deleted, or was copied", Dockerfile: "FROM debian:12\nCOPY b.sig /\nRUN curl -o /a.asc x && gpg --verify /a.asc /a && rm -f /*.asc && gpg --verify /b.sig b\n"},
				{Name: "a builder", Dockerfile: "FROM debian:12 AS b\nRUN curl -o /a.asc x && gpg --verify /a.asc\nFROM debian:12\nCOPY --from=b /a /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://www.gnupg.org/documentation/manuals/gnupg/Operational-GPG-Commands.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "gpg" && c.Name != "gpg2" || c.In.Stage == nil || !p.Shipped(c.In.Stage) {
			continue
		}
		k := slices.IndexFunc(c.Words, func(w shellcmd.Word) bool { return w.Value == "--verify" })
		if k < 0 || k+1 >= len(c.Words) || !c.Words[k+1].Static {
			continue
		}
		w := c.Words[k+1]
		if !strings.HasSuffix(w.Value, ".asc") && !strings.HasSuffix(w.Value, ".sig") || !left(p, c, w) {
			continue
		}
		f := finding.Finding{
			Span:    w.Orig,
			Message: path.Base(w.Value) + " stays in the layer after it is verified",
			Hint:    "delete it in the same RUN",
		}
		if step := edit.StepOf(c.Run, c.Script, c.Index); step >= 0 && len(c.Command().Within) == 0 {
			if edits, ok := edit.InsertAfter(p.File, c.In, step, "rm "+w.Text); ok {
				f.Fixes = []finding.Fix{{Title: "delete it once it is verified", Safety: finding.Equivalent, Edits: edits}}
			}
		}
		p.Report(f)
	}
}

// left reports whether a signature that the RUN has downloaded is not deleted
// and not named again.
func left(p *rule.Pass, c rule.Shell, w shellcmd.Word) bool {
	made := false
	var at trace.Event
	for _, e := range trace.Events(p)[c.In.Stage.Index] {
		switch {
		case e.In != c.In:
		case e.Kind == trace.Made && path.Base(e.Path) == path.Base(w.Value) && !e.Tree:
			made, at = true, e
		case e.Kind == trace.Deleted && made && trace.Hits(e, at):
			return false
		}
	}
	rest := c.Script.Text.Text()[c.Command().Span.End:]
	return made && !strings.Contains(rest, path.Base(w.Value))
}
