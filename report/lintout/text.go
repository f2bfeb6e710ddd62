package lintout

import (
	"fmt"
	"io"
	"strings"

	"schlank/finding"
	"schlank/report"
)

// Text writes the report for people: each finding with its place, the line it
// is in, and what can be done.
func (r *Report) Text(w io.Writer, st report.Style) error {
	var b strings.Builder
	for _, f := range r.Files {
		for _, x := range f.Findings {
			r.textFinding(&b, f, x, st)
		}
	}
	b.WriteString(r.summary(st))
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) textFinding(b *strings.Builder, f File, x finding.Finding, st report.Style) {
	p := placeOf(f.Source, x.Span)
	at := fmt.Sprintf("%s:%d:%d:", report.Plain(f.Source.Name), p.line, p.column)
	head := r.rule(x.ID).title()
	if len(x.Aliases) > 0 {
		head += " (" + aliases(x) + ")"
	}
	fmt.Fprintf(b, "%s %s %s%s\n", st.Paint(at, report.Strong), st.Paint(x.Severity.String(), tone(x.Severity)),
		report.Plain(x.Message), costText(x.Cost))
	b.WriteString(f.Source.Excerpt(x.Span))
	b.WriteString("    " + st.Line(head, report.Faint))
	if x.Hint != "" {
		b.WriteString("    " + report.Plain(x.Hint) + "\n")
	}
	for _, fix := range x.Fixes {
		fmt.Fprintf(b, "    fix: %s %s\n", report.Plain(fix.Title), st.Paint("("+fix.Safety.String()+")", report.Faint))
	}
	b.WriteByte('\n')
}

// costText is " [about 20.1 MB]" for a finding that costs something.
func costText(c finding.Cost) string {
	if text := report.Cost(c); text != "" {
		return " [" + text + "]"
	}
	return ""
}

func tone(s finding.Severity) report.Tone {
	switch s {
	case finding.Error:
		return report.Bad
	case finding.Warning:
		return report.Warn
	}
	return report.Neutral
}

// summary is the last line: how many findings there are, what can be fixed
// and what they cost.
func (r *Report) summary(st report.Style) string {
	errors, warnings, infos := r.count()
	total := errors + warnings + infos
	files := plural(len(r.Files), "file")
	if total == 0 {
		return st.Line("no findings in "+files, report.Good)
	}
	line := fmt.Sprintf("%s in %s: %s, %s, %d info", plural(total, "finding"), files,
		plural(errors, "error"), plural(warnings, "warning"), infos)
	if safe, more := r.fixable(); safe+more > 0 {
		line += fmt.Sprintf("; --fix fixes %d", safe)
		if more > 0 {
			line += fmt.Sprintf(", --fix=suggestion %d", safe+more)
		}
	}
	worst := report.Neutral
	if errors > 0 {
		worst = report.Bad
	} else if warnings > 0 {
		worst = report.Warn
	}
	return st.Line(line, worst)
}

// fixable counts the findings with a fix that is safe, and the others with
// one that needs proof.
func (r *Report) fixable() (safe, suggested int) {
	for _, f := range r.Files {
		for _, x := range f.Findings {
			best := finding.Safety(0)
			for _, fix := range x.Fixes {
				best = max(best, fix.Safety)
			}
			switch {
			case best >= finding.Equivalent:
				safe++
			case best > 0:
				suggested++
			}
		}
	}
	return safe, suggested
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
