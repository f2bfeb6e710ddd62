package schlank

import (
	"context"

	"schlank/attribute"
	"schlank/finding"
	"schlank/source"
)

// measure puts measured costs in the place of estimated ones: what the image
// that a Dockerfile made holds of a rule's kind of cause, brought or hidden by
// the instruction of the finding.
func (j *linting) measure(ctx context.Context, file *LintedFile) error {
	opt := j.opt.Inspect
	opt.Dockerfile = file.Name
	i, err := Inspect(ctx, j.opt.Image, opt)
	if err != nil {
		return err
	}
	defer i.Close()
	causes := map[string]attribute.Kind{}
	for _, r := range j.rules() {
		if r.Cause != "" {
			causes[r.ID] = attribute.Kind(r.Cause)
		}
	}
	src := file.Result.File.Source
	for k := range file.Result.Findings {
		f := &file.Result.Findings[k]
		kind, ok := causes[f.ID]
		if !ok {
			continue
		}
		if n, found := costAt(i.Attribution, kind, linesOf(src, f.Span)); found {
			f.Cost = finding.Cost{Bytes: n, Basis: finding.Measured}
		}
	}
	return nil
}

// lines are the first and the last line of a place.
type lines struct{ first, last int }

func linesOf(f source.File, s source.Span) lines {
	var l lines
	l.first, _ = f.Position(s.Start)
	l.last, _ = f.Position(max(s.Start, s.End-1))
	return l
}

// costAt sums what is stored of a kind by the instructions that overlap the
// lines, or hidden by them. found is false if no instruction with these lines
// made a layer.
func costAt(a *attribute.Attribution, kind attribute.Kind, at lines) (bytes int64, found bool) {
	here := map[int32]bool{}
	for l, o := range a.Origins {
		if o.FirstLine > 0 && o.FirstLine <= at.last && at.first <= o.LastLine {
			here[int32(l)] = true
		}
	}
	for i := range a.Items {
		it := &a.Items[i]
		by := it.Layer
		if kind.Wasted() {
			by = it.HiddenBy
		}
		if it.Kind == kind && here[by] {
			bytes += it.Disk
		}
	}
	return bytes, len(here) > 0
}
