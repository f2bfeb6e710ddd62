package lint

import (
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// fragmentBase is the FROM that a file without one is read with.
const fragmentBase = "FROM unknown\n"

// fragment is a file that has no FROM, read as if it had one: instructions on
// their way to a file, which editors and generators have, deserve findings
// too.
type fragment struct {
	file *dockerfile.File
	at   int // where the FROM was put in
}

// fragment is the file read with a FROM, and false if it has one itself.
func (l *Linter) fragment(f *dockerfile.File) (fragment, bool) {
	if len(f.Stages) > 0 || len(f.Global) == 0 {
		return fragment{}, false
	}
	at := f.Global[0].Span.Start
	text := slices.Concat(f.Source.Bytes[:at], []byte(fragmentBase), f.Source.Bytes[at:])
	file := dockerfile.ParseWith(source.File{Name: f.Source.Name, Bytes: text}, l.options.Dockerfile)
	return fragment{file, at}, true
}

// isForm reports whether a rule passes on what was found when the file was read:
// that it has no FROM is such a finding.
func isForm(r *rule.Rule) bool { return r.ID <= dockerfile.BadOnbuild }

// back is findings in terms of the file itself, without those that are about
// the FROM.
func (p fragment) back(found []finding.Finding) []finding.Finding {
	var out []finding.Finding
	for _, f := range found {
		span, ok := p.span(f.Span)
		if !ok {
			continue
		}
		f.Span = span
		var fixes []finding.Fix
		for _, x := range f.Fixes {
			if x.Edits, ok = p.edits(x.Edits); ok {
				fixes = append(fixes, x)
			}
		}
		f.Fixes = fixes
		out = append(out, f)
	}
	return out
}

// span is a span in terms of the file itself, and false if it touches the FROM.
func (p fragment) span(s source.Span) (source.Span, bool) {
	end := p.at + len(fragmentBase)
	switch {
	case s.Start >= end:
		return s.Shift(-len(fragmentBase)), true
	case s.End <= p.at && s.Start < p.at:
		return s, true
	default:
		return source.Span{}, false
	}
}

// edits are edits in terms of the file itself, and false if one touches the
// FROM.
func (p fragment) edits(list []source.Edit) ([]source.Edit, bool) {
	var out []source.Edit
	for _, e := range list {
		span, ok := p.span(e.Span)
		if !ok {
			return nil, false
		}
		out = append(out, source.Edit{Span: span, New: e.New})
	}
	return out, true
}
