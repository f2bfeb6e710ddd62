package sl2002

import (
	"path"
	"strings"

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

// usedAfter reports whether the RUN names the archive again after it is
// unpacked.
func usedAfter(u trace.Event) bool {
	rest := u.Shell.Script.Text.Text()[u.Shell.Command().Span.End:]
	return strings.Contains(rest, path.Base(u.Path)) || strings.Contains(rest, "*")
}

// moved reports whether the step may end in another directory than the command
// runs in, so that the name would mean another file after it.
func moved(u trace.Event) bool {
	st := u.Shell.Script.Steps[u.Step]
	return st.Last-st.First != 1 || len(u.Shell.Command().Within) > 0
}
