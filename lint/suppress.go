package lint

import (
	"fmt"
	"slices"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule/pragma"
	"schlank/source"
)

// The rules whose findings this package makes itself, because they are about
// the findings of the others.
const (
	UnusedIgnore        = "SL0901"
	BadIgnore           = "SL0902"
	IgnoreWithoutReason = "SL0903"
)

// Suppressed is a finding that a comment says to leave be.
type Suppressed struct {
	finding.Finding
	// By is the comment.
	By pragma.Pragma
}

// heed does what the comments of a file say.
func (l *Linter) heed(f *dockerfile.File, found []finding.Finding) Result {
	r := Result{File: f}
	pragmas := l.pragmas(f)
	used := make([][]bool, len(pragmas))
	for k, p := range pragmas {
		used[k] = make([]bool, len(p.IDs))
	}
	for _, x := range found {
		x.Severity = l.severityOf(x, pragmas)
		if by := l.suppressor(x, pragmas, used); by >= 0 {
			r.Suppressed = append(r.Suppressed, Suppressed{x, pragmas[by]})
		} else {
			r.Findings = append(r.Findings, x)
		}
	}
	for _, x := range l.aboutIgnores(f, pragmas, used) {
		if by := l.suppressor(x, pragmas, used); by >= 0 {
			r.Suppressed = append(r.Suppressed, Suppressed{x, pragmas[by]})
		} else {
			r.Findings = append(r.Findings, x)
		}
	}
	finding.Sort(r.Findings)
	slices.SortStableFunc(r.Suppressed, func(a, b Suppressed) int { return a.Span.Start - b.Span.Start })
	return r
}

// pragmas are the comments that count. What the build says about BuildKit's
// checks takes the place of what the file says.
func (l *Linter) pragmas(f *dockerfile.File) []pragma.Pragma {
	if l.options.NoComments {
		return nil
	}
	list := pragma.Read(f)
	list = slices.DeleteFunc(list, func(p pragma.Pragma) bool {
		return !p.Expires.IsZero() && !l.options.Now.IsZero() && !l.options.Now.Before(p.Expires)
	})
	value, given := l.options.Dockerfile.BuildArgs["BUILDKIT_DOCKERFILE_CHECK"]
	if !given {
		return list
	}
	whole := source.Span{End: len(f.Source.Bytes)}
	list = slices.DeleteFunc(list, func(p pragma.Pragma) bool { return p.Dialect == pragma.BuildKit && p.Covers == whole })
	if p, ok := pragma.Check(value, whole); ok {
		list = append(list, p)
	}
	return list
}

// severityOf is a finding's severity as the options and the file want it.
func (l *Linter) severityOf(f finding.Finding, pragmas []pragma.Pragma) finding.Severity {
	severity := f.Severity
	if isBuildKits(f) && slices.ContainsFunc(pragmas, func(p pragma.Pragma) bool { return p.Errors }) {
		severity = finding.Error
	}
	if len(l.severity) == 0 {
		return severity
	}
	// The aliases are the narrower names, so they count before the ID.
	for _, n := range append(slices.Clone(f.Aliases), l.namesOf(f)...) {
		if s, ok := l.severity[normal(n)]; ok {
			return s
		}
	}
	return severity
}

// suppressor is the index of the first pragma that covers a finding, -1 for
// none. All that cover it are noted as used.
func (l *Linter) suppressor(f finding.Finding, pragmas []pragma.Pragma, used [][]bool) int {
	first := -1
	names := l.namesOf(f)
	for k, p := range pragmas {
		if f.Span.Start < p.Covers.Start || f.Span.Start >= p.Covers.End {
			continue
		}
		covers := p.All && (p.Dialect == pragma.BuildKit && isBuildKits(f) || p.Dialect == pragma.Trivy && isTrivys(f))
		for n, id := range p.IDs {
			if named(names, []string{normal(id.Text)}) {
				covers, used[k][n] = true, true
			}
		}
		if covers && first < 0 {
			first = k
		}
	}
	return first
}

// aboutIgnores is what is wrong with the comments themselves.
func (l *Linter) aboutIgnores(f *dockerfile.File, pragmas []pragma.Pragma, used [][]bool) []finding.Finding {
	var out []finding.Finding
	report := func(id string, span source.Span, message, hint string, fixes ...finding.Fix) {
		r := l.known.byID[id]
		if r == nil || !slices.Contains(l.enabled, r) {
			return
		}
		x := finding.Finding{ID: id, Severity: r.Severity, Span: span, Message: message, Hint: hint, Fixes: fixes}
		x.Severity = l.severityOf(x, nil)
		out = append(out, x)
	}
	for k, p := range pragmas {
		if p.Reason == "" && p.Problem == "" && takesReason(p.Dialect) {
			report(IgnoreWithoutReason, p.Span, "the comment does not say why the finding is left be", reasonHint(p))
		}
		if p.Dialect != pragma.Schlank {
			continue
		}
		if p.Problem != "" {
			report(BadIgnore, p.Span, "the comment can't be understood: "+p.Problem, "write # schlank: ignore=RULE reason=why")
			continue
		}
		for n, id := range p.IDs {
			if err := l.known.check(id.Text); err != nil {
				report(BadIgnore, id.Span, fmt.Sprintf("there is no rule %s", id.Text), nearHint(err))
			} else if !used[k][n] && l.ran(id.Text) {
				report(UnusedIgnore, id.Span, fmt.Sprintf("there is no finding of %s here to ignore", id.Text),
					"remove it", withoutID(f, p, n, used[k]))
			}
		}
	}
	return out
}

// takesReason reports whether the comments of a tool have a place for a reason.
func takesReason(d pragma.Dialect) bool {
	return d == pragma.Schlank || d == pragma.Hadolint || d == pragma.Checkov
}

// reasonHint is how to give a reason.
func reasonHint(p pragma.Pragma) string {
	switch p.Dialect {
	case pragma.Hadolint:
		return "add # and the reason at the end"
	case pragma.Checkov:
		return "add : and the reason at the end"
	default:
		return "add reason=why at the end"
	}
}

// nearHint is which rule may have been meant.
func nearHint(err error) string {
	if near := err.(*UnknownRuleError).Near; near != "" {
		return "did you mean " + near + "?"
	}
	return "schlank lint --rules lists the rules"
}

// ran reports whether a rule of that name ran, so that a finding of it would be
// there. The rules about comments don't count.
func (l *Linter) ran(name string) bool {
	list := []string{normal(name)}
	for _, r := range l.enabled {
		if r.Run != nil && named(append([]string{r.ID, r.Name}, r.Aliases...), list) && !named(append([]string{r.ID}, r.Aliases...), l.skip) {
			return true
		}
	}
	return false
}

// withoutID is the fix that takes an ID out of a comment, or the comment away
// if nothing it names is used.
func withoutID(f *dockerfile.File, p pragma.Pragma, n int, used []bool) finding.Fix {
	fix := finding.Fix{Title: "remove " + p.IDs[n].Text + " from the comment", Safety: finding.Identity}
	if len(p.IDs) == 1 || !slices.Contains(used, true) {
		fix.Title = "remove the comment"
		fix.Edits = []source.Edit{source.Delete(p.Line)}
		return fix
	}
	span := p.IDs[n].Span
	if n+1 < len(p.IDs) {
		span.End = p.IDs[n+1].Span.Start
	} else {
		span.Start = p.IDs[n-1].Span.End
	}
	fix.Edits = []source.Edit{source.Delete(span)}
	return fix
}
