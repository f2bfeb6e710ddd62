package sl2006

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/source"
)

// fix copies the manifests and installs before the sources are copied.
func fix(p *rule.Pass, i install, src sources) (finding.Fix, bool) {
	run := i.cmd.Run
	manifests, ok := i.copyLine(p, src)
	if !ok || i.cmd.Script != run.Script || run.JSON || len(i.in.Heredocs) > 0 || i.call.Manager.Name == "composer" || !between(i, src) {
		return finding.Fix{}, false
	}
	k := edit.StepOf(run, i.cmd.Script, i.cmd.Index)
	if k < 0 || slices.ContainsFunc(run.Script.Steps[:k+1], func(st shellcmd.Step) bool { return !movable(run.Script, st) }) {
		return finding.Fix{}, false
	}
	steps := run.Script.Steps
	last := k
	for last+1 < len(steps) && movable(run.Script, steps[last+1]) {
		last++
	}
	newline := "\n"
	if strings.Contains(p.Text(src.in.Span), "\r\n") {
		newline = "\r\n"
	}
	end := ended(p.Text(i.in.Span), newline)
	title := "copy the manifests first, install, then copy the rest"
	if last == len(steps)-1 {
		return finding.Fix{Title: title, Safety: finding.Suggestion, Edits: []source.Edit{
			source.Insert(src.in.Span.Start, manifests+newline+end),
			source.Delete(i.in.Span),
		}}, true
	}
	if next := steps[last].Next; next != shellcmd.And && next != shellcmd.Semicolon || len(run.Mounts) > 0 {
		return finding.Fix{}, false
	}
	whole := source.Span{Start: steps[0].Span.Start, End: steps[last].Span.End}
	head := p.Text(source.Span{Start: i.in.KeywordSpan.Start, End: run.Script.File(whole).End})
	return finding.Fix{Title: title, Safety: finding.Suggestion, Edits: []source.Edit{
		source.Insert(src.in.Span.Start, manifests+newline+head+newline),
		source.Delete(source.Span{Start: run.Script.File(steps[0].Span).Start, End: run.Script.File(steps[last+1].Span).Start}),
	}}, true
}

// ended is text with a line ending.
func ended(text, newline string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + newline
}

// copyLine is the COPY of the manifests, written as that of the sources.
func (i install) copyLine(p *rule.Pass, src sources) (string, bool) {
	if len(src.copy.Excludes) > 0 || src.copy.Parents || src.copy.Add || src.in.JSON {
		return "", false
	}
	below := relative(i.dir, src.to)
	names := i.names(p.Context, path.Join(src.from, below))
	if len(names) == 0 {
		return "", false
	}
	dir := ""
	var from []string
	for k, n := range names {
		n = path.Join(below, n)
		if path.IsAbs(names[k]) || strings.HasPrefix(n, "../") || strings.ContainsAny(n, " \"'$") || k > 0 && path.Dir(n) != dir {
			return "", false
		}
		dir = path.Dir(n)
		from = append(from, path.Join(src.from, n))
	}
	to := src.copy.Dest.Raw
	if to == "." {
		to = "./"
	} else if !strings.HasSuffix(to, "/") {
		to += "/"
	}
	if dir != "." {
		to += dir + "/"
	}
	text := src.in.Keyword
	for _, f := range src.in.Flags {
		text += " " + p.Text(f.Span)
	}
	return text + " " + strings.Join(from, " ") + " " + to, true
}

// between reports whether nothing that the install may depend on stands
// between the two.
func between(i install, src sources) bool {
	for _, in := range i.in.Stage.Instructions {
		if in.Span.Start <= src.in.Span.Start || in.Span.Start >= i.in.Span.Start {
			continue
		}
		switch in.Command.(type) {
		case *dockerfile.Copy, *dockerfile.Label, *dockerfile.Expose, *dockerfile.Cmd, *dockerfile.Entrypoint, *dockerfile.Healthcheck, *dockerfile.StopSignal:
		default:
			return false
		}
	}
	return true
}
