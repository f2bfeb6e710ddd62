// Package fix applies the fixes of findings: one, then the file is read again
// and looked at again, until nothing is left to apply. So fixes never have to
// be merged, and each step is a whole file.
//
// It is pure. It imports dockerfile, finding and source.
package fix

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/source"
)

// Options say what to look for and what to apply.
type Options struct {
	// Parse reads the file, dockerfile.Parse if nil.
	Parse func(source.File) *dockerfile.File
	// Check looks for findings, for those of some rules only if it is given
	// their IDs; it may give more. It must give the same for the same file.
	Check func(f *dockerfile.File, ids []string) []finding.Finding
	// Least is the least safety of fixes to apply, Equivalent if zero.
	Least finding.Safety
}

// Result is what came of fixing a file.
type Result struct {
	// Text is the file after all fixes that were applied.
	Text []byte
	// Applied are the fixes in the order in which they were applied.
	Applied []Applied
	// Refused are the fixes that would do harm, of findings that remain.
	Refused []Refused
	// Findings are what remains, as Check gave it for Text.
	Findings []finding.Finding
}

// Applied is a fix that was applied.
type Applied struct {
	Rule, Title string
	Safety      finding.Safety
	// Line is where the finding starts in the original file, or in what
	// other fixes put there, from 1.
	Line int
	// Span is what the fix wrote, and what lies between that, in Result.Text.
	Span source.Span
}

// Refused is a fix that was not applied.
type Refused struct {
	Rule, Title string
	Safety      finding.Safety
	Line        int
	Reason      string
}

// All applies the fixes of a file up to the fixed point. It ends whatever the
// fixes do: a text that was there before is not made again, a fix that does not
// make its finding go is not applied, and the number of steps is bounded.
//
// Many fixes of one rule that can't matter to each other are one step. Between
// two steps only the rules run whose fixes there still are. When they
// have none left all run again, since fixes may have given rise to others, and
// what was refused is tried again, since fixes may have made it possible.
func All(src source.File, o Options) Result {
	r := newRun(src, o)
	steps := 64 + 4*len(r.findings)
	for r.round(steps) {
		r.findings = r.options.Check(r.file, nil)
	}
	return r.result()
}

// run is the state between two steps.
type run struct {
	options  Options
	original source.File
	file     *dockerfile.File
	findings []finding.Finding
	live     []string // the rules that run between two steps
	single   []string // those whose fixes are applied one at a time
	seen     map[[sha256.Size]byte]bool
	// left are findings whose fixes were refused.
	left    []mark
	applied []Applied
	history [][]source.Edit // of each step, in order of place
	refused []Refused
}

func newRun(src source.File, o Options) *run {
	if o.Parse == nil {
		o.Parse = dockerfile.Parse
	}
	if o.Least == 0 {
		o.Least = finding.Equivalent
	}
	r := &run{options: o, original: src, file: o.Parse(src), seen: map[[sha256.Size]byte]bool{}}
	r.findings = o.Check(r.file, nil)
	r.seen[sha256.Sum256(src.Bytes)] = true
	return r
}

// round applies fixes of the rules that have some, as long as they do, and
// reports if there was one.
func (r *run) round(steps int) bool {
	before := len(r.applied)
	r.live, r.single, r.left, r.refused = nil, nil, nil, nil
	for _, f := range r.findings {
		if !slices.Contains(r.live, f.ID) && slices.ContainsFunc(f.Fixes, r.isAsked) {
			r.live = append(r.live, f.ID)
		}
	}
	for len(r.applied) < steps && (r.batch() || r.step()) {
	}
	return len(r.applied) > before
}

// isAsked reports whether a fix is as safe as is asked for.
func (r *run) isAsked(x finding.Fix) bool { return x.Safety >= r.options.Least }

// step applies the first fix that can be applied, and reports if there was one.
func (r *run) step() bool {
	for _, f := range r.findings {
		if r.isLeft(f) {
			continue
		}
		tried := false
		for _, x := range f.Fixes {
			if !r.isAsked(x) {
				continue
			}
			tried = true
			if r.try(f, x) {
				return true
			}
		}
		if tried {
			r.left = append(r.left, markOf(f))
		}
	}
	return false
}

// try applies a fix, or notes why not.
func (r *run) try(f finding.Finding, x finding.Fix) bool {
	text, err := source.Apply(r.file.Source.Bytes, x.Edits)
	if err != nil {
		return r.refuse(f, x, err.Error())
	}
	sum := sha256.Sum256(text)
	if r.seen[sum] {
		return r.refuse(f, x, "it changes nothing, or undoes what another fix did")
	}
	next := r.options.Parse(source.File{Name: r.original.Name, Bytes: text})
	if e, ok := newError(r.file, next); ok {
		return r.refuse(f, x, "it would make an error: "+e)
	}
	found := r.options.Check(next, r.live)
	if count(found, f) >= count(r.findings, f) {
		return r.refuse(f, x, "the finding would still be there")
	}
	r.seen[sum] = true
	r.apply(f, x, next, found)
	return true
}

// refuse notes a fix that is not applied; it is always false.
func (r *run) refuse(f finding.Finding, x finding.Fix, reason string) bool {
	r.refused = append(r.refused, Refused{
		Rule: f.ID, Title: x.Title, Safety: x.Safety, Line: r.line(f.Span.Start), Reason: reason,
	})
	return false
}

// apply goes on to the file that a fix made, and what is found in it.
func (r *run) apply(f finding.Finding, x finding.Fix, next *dockerfile.File, found []finding.Finding) {
	edits := inOrder(x.Edits)
	r.applied = append(r.applied, Applied{Rule: f.ID, Title: x.Title, Safety: x.Safety, Line: r.line(f.Span.Start)})
	r.history = append(r.history, edits)
	r.file, r.findings = next, found
	for k := range r.left {
		r.left[k].at = forward(edits, r.left[k].at)
	}
}

// result is what came of it all.
func (r *run) result() Result {
	for k := range r.applied {
		r.applied[k].Span = r.written(k)
	}
	return Result{Text: r.file.Source.Bytes, Applied: r.applied, Refused: r.refused, Findings: r.findings}
}

// newError is an error in the file after that the file before has not, or not
// as often.
func newError(before, after *dockerfile.File) (string, bool) {
	had := map[string]int{}
	for _, f := range before.Findings {
		if f.Severity == finding.Error {
			had[f.ID]++
		}
	}
	for _, f := range after.Findings {
		if f.Severity != finding.Error {
			continue
		}
		if had[f.ID]--; had[f.ID] < 0 {
			line, _ := after.Source.Position(f.Span.Start)
			return fmt.Sprintf("%s in line %d", f.Message, line), true
		}
	}
	return "", false
}

// mark is a finding that is not to be fixed.
type mark struct {
	id, message string
	at          int // where it starts in the present text
}

func markOf(f finding.Finding) mark { return mark{f.ID, f.Message, f.Span.Start} }

// isLeft reports whether a finding is not to be fixed.
func (r *run) isLeft(f finding.Finding) bool { return slices.Contains(r.left, markOf(f)) }

// count is how many findings say the same as f.
func count(findings []finding.Finding, f finding.Finding) int {
	return countFunc(findings, func(g finding.Finding) bool { return g.ID == f.ID && g.Message == f.Message })
}

func countFunc(findings []finding.Finding, is func(finding.Finding) bool) int {
	n := 0
	for _, g := range findings {
		if is(g) {
			n++
		}
	}
	return n
}
