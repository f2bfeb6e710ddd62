package edit

import (
	"strings"

	"schlank/dockerfile"
	"schlank/source"
)

// Mount adds mounts to a RUN, each written as --mount=….
func Mount(f *dockerfile.File, i *dockerfile.Instruction, mounts ...string) []source.Edit {
	at := i.AfterFlags()
	if len(i.Heredocs) > 0 {
		return []source.Edit{source.Insert(at, " "+strings.Join(mounts, " "))}
	}
	sep := lineBreak(f, i)
	if n := len(i.Flags); n > 0 {
		// As the flags before it: on a line of its own, or not.
		before := i.KeywordSpan.End
		if n > 1 {
			before = i.Flags[n-2].Span.End
		}
		own := f.Source.Text(source.Span{Start: before, End: i.Flags[n-1].Span.Start})
		switch {
		case n > 1 && !strings.Contains(own, "#"):
			sep = own
		case strings.Contains(own, "\n"):
			sep = own
		}
		return []source.Edit{source.Insert(at, sep+strings.Join(mounts, sep))}
	}
	text := " " + strings.Join(mounts, sep)
	line := f.Source.Line(at)
	rest := f.Source.Text(source.Span{Start: at, End: line.End})
	if trimmed := strings.TrimSpace(rest); trimmed == string(f.Syntax.Escape) {
		// RUN \ with the commands below.
		return []source.Edit{source.Insert(at, text)}
	}
	if len(mounts) == 1 && column(f, line.End)+len(text) <= maxLine && !i.JSON {
		return []source.Edit{source.Insert(at, text)}
	}
	blanks := len(rest) - len(strings.TrimLeft(rest, " \t"))
	return []source.Edit{{Span: source.Span{Start: at, End: at + blanks}, New: text + sep}}
}
