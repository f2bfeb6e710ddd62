package fix

import (
	"crypto/sha256"
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/source"
)

// fewest is how many fixes of a rule are worth a step of their own.
const fewest = 4

// pick is a finding with the fix that is chosen for it.
type pick struct {
	finding.Finding
	fix  finding.Fix
	hull source.Span
}

// batch applies the fixes of one rule in one step: each in an instruction of
// its own and at least equivalent, so that none can matter to another. If what
// is found afterwards is not what the single steps would come to, the rule's
// fixes are applied one at a time.
func (r *run) batch() bool {
	for _, id := range r.live {
		if slices.Contains(r.single, id) {
			continue
		}
		r.single = append(r.single, id)
		picks := r.pick(id)
		if len(picks) >= fewest && r.independent(picks) && r.tryAll(picks) {
			return true
		}
	}
	return false
}

// pick chooses fixes of a rule, at most one in an instruction, in order.
func (r *run) pick(id string) []pick {
	var picks []pick
	taken := map[*dockerfile.Instruction]bool{}
	for _, f := range r.findings {
		if f.ID != id || r.isLeft(f) {
			continue
		}
		k := slices.IndexFunc(f.Fixes, r.isAsked)
		if k < 0 || f.Fixes[k].Safety < finding.Equivalent || len(f.Fixes[k].Edits) == 0 {
			continue
		}
		hull := f.Fixes[k].Edits[0].Span
		for _, e := range f.Fixes[k].Edits[1:] {
			hull = hull.Hull(e.Span)
		}
		if in := r.holder(hull); in != nil && !taken[in] {
			taken[in] = true
			picks = append(picks, pick{f, f.Fixes[k], hull})
		}
	}
	slices.SortFunc(picks, func(a, b pick) int { return a.hull.Start - b.hull.Start })
	return picks
}

// holder is the instruction whose arguments hold a span, nil if there is none.
func (r *run) holder(span source.Span) *dockerfile.Instruction {
	for _, s := range r.file.Stages {
		for _, in := range s.Instructions {
			if in.KeywordSpan.End < span.Start && span.End <= in.Bare().End {
				return in
			}
		}
	}
	return nil
}

// independent reports whether the first of the fixes makes its own finding go
// and no other of the rule: one that did for all would be applied once only.
func (r *run) independent(picks []pick) bool {
	text, err := source.Apply(r.file.Source.Bytes, picks[0].fix.Edits)
	if err != nil {
		return false
	}
	found := r.options.Check(r.options.Parse(source.File{Name: r.original.Name, Bytes: text}), r.live)
	same := func(f finding.Finding) bool { return f.ID == picks[0].ID }
	return countFunc(found, same) == countFunc(r.findings, same)-1
}

// tryAll applies fixes together if nothing speaks against it.
func (r *run) tryAll(picks []pick) bool {
	var edits []source.Edit
	gone := map[[2]string]int{}
	for _, p := range picks {
		edits = append(edits, p.fix.Edits...)
		gone[[2]string{p.ID, p.Message}]++
	}
	text, err := source.Apply(r.file.Source.Bytes, edits)
	if err != nil || r.seen[sha256.Sum256(text)] {
		return false
	}
	next := r.options.Parse(source.File{Name: r.original.Name, Bytes: text})
	if _, ok := newError(r.file, next); ok {
		return false
	}
	found := r.options.Check(next, r.live)
	for _, p := range picks {
		if count(found, p.Finding) != count(r.findings, p.Finding)-gone[[2]string{p.ID, p.Message}] {
			return false
		}
	}
	r.seen[sha256.Sum256(text)] = true
	shift := 0
	for _, p := range picks {
		f, x := p.Finding, p.fix
		f.Span.Start += shift
		x.Edits = slices.Clone(x.Edits)
		grown := 0
		for k, e := range x.Edits {
			x.Edits[k].Span = source.Span{Start: e.Span.Start + shift, End: e.Span.End + shift}
			grown += len(e.New) - e.Span.Len()
		}
		shift += grown
		r.apply(f, x, next, found)
	}
	return true
}
