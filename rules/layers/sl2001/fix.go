package sl2001

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// move is the fix that deletes in the RUN that made it, when nothing between
// uses it.
func move(p *rule.Pass, events []trace.Event, d, m trace.Event) (finding.Fix, bool) {
	if m.Copy != nil || m.In.Stage != d.In.Stage || m.In.Before.User != d.In.Before.User || strings.HasPrefix(m.Path, "package:") {
		return finding.Fix{}, false
	}
	removal, ok := takeAway(d)
	if !ok || !all(events, d, m) || used(p, d, m) {
		return finding.Fix{}, false
	}
	text, ok := command(p, d)
	if !ok {
		return finding.Fix{}, false
	}
	added, ok := edit.Append(p.File, m.In, text)
	if !ok {
		return finding.Fix{}, false
	}
	safety := finding.Equivalent
	if worked(p, d, m) {
		// What runs between names it nowhere, but may find it all the same.
		safety = finding.Suggestion
	}
	return finding.Fix{Title: "delete it in the RUN that makes it", Safety: safety, Edits: append(added, removal...)}, true
}

// worked reports whether a command runs between the two.
func worked(p *rule.Pass, d, m trace.Event) bool {
	for c := range p.Commands() {
		if c.In.Stage != d.In.Stage || c.In.Span.Start <= m.In.Span.Start || c.In.Span.Start > d.In.Span.Start || c.Name == "set" {
			continue
		}
		if c.In != d.In || c.Script == d.Shell.Script && c.Index < d.Shell.Index && c.Name != "rm" {
			return true
		}
	}
	return false
}

// takeAway is the edits that take the deletion out of its RUN, or the RUN when
// it does nothing else.
func takeAway(d trace.Event) ([]source.Edit, bool) {
	r := d.Shell.Run
	if d.Step < 0 || r.JSON || d.Shell.Name != "rm" || len(d.In.Heredocs) > 0 && !r.Heredoc {
		return nil, false
	}
	steps := r.Script.Steps
	st := steps[d.Step]
	if st.Last-st.First != 1 || d.Shell.Command().Negated || len(d.Shell.Command().Redirs) > 0 || len(d.Shell.Command().Within) > 0 ||
		st.Next == shellcmd.Or || d.Step > 0 && steps[d.Step-1].Next == shellcmd.Or {
		return nil, false
	}
	if alone(steps, r.Script, d.Step) {
		return []source.Edit{source.Delete(d.In.Span)}, true
	}
	if len(st.OrigRemoval) == 0 {
		return nil, false
	}
	var edits []source.Edit
	for _, s := range st.OrigRemoval {
		edits = append(edits, source.Delete(s))
	}
	return edits, true
}

// alone reports whether all other steps only set options of the shell.
func alone(steps []shellcmd.Step, s *shellcmd.Script, step int) bool {
	for k, st := range steps {
		if k != step && (st.Last-st.First != 1 || s.Commands[st.First].Name != "set") {
			return false
		}
	}
	return true
}

// all reports whether everything that the command deletes, as far as it was
// made here, was made by that instruction.
func all(events []trace.Event, d, m trace.Event) bool {
	for k, e := range events {
		if e.In != d.In || e.Kind != trace.Deleted || e.Shell.Script != d.Shell.Script || e.Shell.Index != d.Shell.Index {
			continue
		}
		if other, ok := maker(events[:k], e); !ok || other.In != m.In {
			return false
		}
	}
	return true
}

// used reports whether something between the two may use what is deleted: an
// instruction that names it, one that reads it out of the stage, or a call of
// the package manager whose cache it is.
func used(p *rule.Pass, d, m trace.Event) bool {
	name := path.Base(m.Path)
	for in := range p.Instructions() {
		if in.Stage != d.In.Stage || in.Span.Start <= m.In.Span.Start || in.Span.Start > d.In.Span.Start {
			continue
		}
		text := in.Logical().Text()
		if r, ok := in.Command.(*dockerfile.Run); ok {
			if r.Script == nil || r.Script.Opaque || m.Cache {
				// A RUN between may install with the lists, or fill the cache
				// again.
				if in != d.In || d.Step > 0 {
					return true
				}
			}
			if r.Script != nil {
				text = r.Script.Text.Text()
			}
		}
		if in == d.In {
			text = text[:min(len(text), d.Shell.Command().Span.Start)]
		}
		if strings.Contains(text, name) {
			return true
		}
		if _, ok := in.Command.(*dockerfile.Run); ok && (strings.Contains(text, "*") || path.Dir(m.Path) != "/" && strings.Contains(text, path.Dir(m.Path)+"/")) {
			return true
		}
	}
	return false
}

// command is the deletion as it can stand elsewhere: with absolute paths only.
func command(p *rule.Pass, d trace.Event) (string, bool) {
	for _, w := range d.Shell.Command().Words[1:] {
		if !w.Static || !strings.HasPrefix(w.Value, "/") && !strings.HasPrefix(w.Value, "-") {
			return "", false
		}
	}
	text := p.Text(d.Shell.Command().Orig)
	return text, !strings.ContainsAny(text, "\n#")
}

// mount is the fix that mounts a copied file in the only RUN that uses it,
// which also deletes it, instead of copying it.
func mount(p *rule.Pass, events []trace.Event, d, m trace.Event) (finding.Fix, bool) {
	c := m.Copy
	if c == nil || c.Add || m.Tree || m.Path != d.Path || m.In.Stage != d.In.Stage || len(c.Sources) != 1 || len(c.Inline) > 0 || len(c.Excludes) > 0 ||
		!c.Sources[0].Known || strings.ContainsAny(m.Source.Text+m.Path, " ,$*?[") || !path.IsAbs(m.Path) || len(d.Shell.Command().Words) > 3 || !all(events, d, m) {
		return finding.Fix{}, false
	}
	if r := d.Shell.Run; r.JSON || alone(r.Script.Steps, r.Script, max(d.Step, 0)) {
		return finding.Fix{}, false
	}
	removal, ok := takeAway(d)
	if !ok || usedElsewhere(p, d, m) {
		return finding.Fix{}, false
	}
	text := "--mount=type=bind,source=" + strings.TrimPrefix(path.Clean(m.Source.Text), "/") + ",target=" + m.Path
	if c.From.Text != "" {
		text = "--mount=type=bind,from=" + c.From.Text + ",source=" + path.Clean("/"+m.Source.Text) + ",target=" + m.Path
	}
	edits := append([]source.Edit{source.Delete(m.In.Span)}, removal...)
	return finding.Fix{
		Title: "mount it instead of copying it", Safety: finding.Suggestion,
		Edits: append(edits, edit.Mount(p.File, d.In, text)...),
	}, true
}

// usedElsewhere reports whether another instruction after the COPY names the
// file.
func usedElsewhere(p *rule.Pass, d, m trace.Event) bool {
	for in := range p.Instructions() {
		if in.Span.Start > m.In.Span.Start && in != d.In && in.Stage == m.In.Stage && in.Span.Start < d.In.Span.Start && strings.Contains(in.Logical().Text(), path.Base(m.Path)) {
			return true
		}
	}
	return false
}
