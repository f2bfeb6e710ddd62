package sl2002

import (
	"path"
	"strings"

	"schlank/rule"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// wordOf is the place of the archive's name in the script.
func wordOf(u trace.Event) source.Span {
	for _, w := range u.Shell.Words {
		if w.Orig == u.Span {
			return w.Span
		}
	}
	return u.Shell.Command().Span
}

// usedAfter reports whether something names the archive again after it is
// unpacked, in the RUN or later.
func usedAfter(p *rule.Pass, u trace.Event) bool {
	base := path.Base(u.Path)
	rest := u.Shell.Script.Text.Text()[u.Shell.Command().Span.End:]
	if strings.Contains(rest, base) || strings.Contains(rest, "*") {
		return true
	}
	for in := range p.Instructions() {
		if in.Span.Start > u.In.Span.Start && strings.Contains(in.Logical().Text(), base) {
			return true
		}
	}
	return false
}

// moved reports whether the step may end in another directory than the command
// runs in, so that the name would mean another file after it.
func moved(u trace.Event) bool {
	st := u.Shell.Script.Steps[u.Step]
	return st.Last-st.First != 1 || len(u.Shell.Command().Within) > 0
}
