package probe

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"schlank/probe/volatile"
)

// Verdict is what the probes say of a candidate.
type Verdict string

// The verdicts.
const (
	// Same: the candidate answered all probes as the baseline did, and at
	// least one answer showed the program at work.
	Same Verdict = "same"
	// Different: some answer differs.
	Different Verdict = "different"
	// Unproven: nothing differs, but nothing useful was answered either.
	Unproven Verdict = "unproven"
)

// Judgement compares a candidate with the baseline.
type Judgement struct {
	Verdict Verdict
	// Reason says in a sentence how the verdict came about.
	Reason string
	// Results has one entry for each probe, in order.
	Results []Result
}

// Result is what became of one probe.
type Result struct {
	// Probe is the probe's name; Baseline and Candidate are the answers in
	// short.
	Probe, Baseline, Candidate string
	Same                       bool
	// Difference is the first thing that differs, "" for the same answers.
	Difference string
	// Useful says that the baseline's answer shows the program at work.
	Useful bool
	// Masked lists the facts that change between two recordings of the
	// baseline, and were compared without the parts that change.
	Masked []string
}

// Judge compares a candidate's recording with two of the baseline: what
// differs between these is volatile, and not held against the candidate. All
// three were made with the same probes.
func Judge(base1, base2, candidate *Recording) Judgement {
	j := Judgement{Verdict: Same}
	d := differ{volatile.NewReader()}
	b2, c := base2.byName(), candidate.byName()
	useful, different := 0, 0
	for i, p := range base1.Probes {
		name := p.Name()
		r := d.judge(answers{base1.Answers[i], b2[name], c[name]})
		r.Probe = name
		if r.Useful = r.Useful && base1.counts(p); r.Useful {
			useful++
		}
		if !r.Same {
			different++
		}
		j.Results = append(j.Results, r)
	}
	switch total := len(j.Results); {
	case different > 0:
		j.Verdict, j.Reason = Different, fmt.Sprintf("%d of %d probes are answered differently", different, total)
	case useful == 0:
		j.Verdict, j.Reason = Unproven, "no probe beside the start command got a useful answer from the original; --probe adds some"
	default:
		j.Reason = fmt.Sprintf("%d of %d probes are answered the same, %d of them usefully", total, total, useful)
	}
	return j
}

// counts says whether a useful answer to p proves something: that a container
// starts does not, nor does an open port whose HTTP server is asked as well.
func (r *Recording) counts(p Probe) bool {
	switch p := p.(type) {
	case Start:
		return false
	case TCP:
		for i, q := range r.Probes {
			if h, ok := q.(HTTP); ok && h.Port == p.Port {
				if _, answered := r.Answers[i].fact("status"); answered {
					return false
				}
			}
		}
	}
	return true
}

func (r *Recording) byName() map[string]Answer {
	m := map[string]Answer{}
	for i, p := range r.Probes {
		m[p.Name()] = r.Answers[i]
	}
	return m
}

// answers are those to one probe.
type answers struct{ base1, base2, candidate Answer }

// differ compares answers.
type differ struct{ reader *volatile.Reader }

func (d differ) judge(a answers) Result {
	r := Result{Baseline: a.base1.Short, Candidate: a.candidate.Short, Useful: a.base1.Useful && a.base2.Useful}
	if r.Candidate == "" {
		r.Candidate = "not asked"
	}
	for _, f := range a.base1.Facts {
		masked, diff := d.compare(f, a)
		if masked {
			r.Masked = append(r.Masked, f.Name)
		}
		if r.Difference == "" {
			r.Difference = diff
		}
	}
	for _, f := range a.candidate.Facts {
		_, in1 := a.base1.fact(f.Name)
		_, in2 := a.base2.fact(f.Name)
		if r.Difference == "" && !in1 && !in2 {
			r.Difference = fmt.Sprintf("%s: only the candidate has it: %s", f.Name, quote(f.Value))
		}
	}
	r.Same = r.Difference == ""
	return r
}

// compare holds one fact of the baseline against the candidate.
func (d differ) compare(f1 Fact, a answers) (masked bool, difference string) {
	f2, in2 := a.base2.fact(f1.Name)
	c, inC := a.candidate.fact(f1.Name)
	switch {
	case !in2 && !inC:
		return true, ""
	case !in2: // sometimes there: it has to be as it was, if it is there
		f2, masked = f1, true
	case !inC:
		return f1 != f2, fmt.Sprintf("%s: the candidate lacks it: %s", f1.Name, quote(f1.Value))
	}
	masked = masked || f1.Value != f2.Value
	if c.Value == f1.Value || c.Value == f2.Value || f1.Kind == Validator {
		return masked, ""
	}
	switch {
	case f1.Kind == Text && f2.Kind == Text && c.Kind == Text:
		return masked, d.compareText(f1, f2, c, a)
	case f1.Kind == Opaque && f2.Kind == Opaque && c.Kind == Opaque && masked:
		return masked, ""
	}
	return masked, fmt.Sprintf("%s: %s, was %s", f1.Name, quote(c.Value), quote(f1.Value))
}

func (d differ) compareText(f1, f2, c Fact, a answers) string {
	m := volatile.NewMask(d.reader.Read(f1.Value, a.base1.At), d.reader.Read(f2.Value, a.base2.At))
	miss, ok := m.Match(d.reader.Read(c.Value, a.candidate.At))
	if ok {
		return ""
	}
	place := f1.Name
	if strings.Contains(strings.TrimSuffix(c.Value, "\n"), "\n") {
		place = fmt.Sprintf("%s line %d", f1.Name, miss.Line)
	}
	i := firstDifference(miss.Got, miss.Want)
	return fmt.Sprintf("%s: %s, was %s", place, show(miss.Got, i), show(miss.Want, i))
}

// firstDifference is the first byte in which two lines differ.
func firstDifference(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

// quote renders a value in one line.
func quote(s string) string { return show(s, 0) }

func show(line string, i int) string {
	if strings.TrimSpace(line) == "" {
		return "nothing"
	}
	return `"` + around(line, i) + `"`
}

// around clips a long line to what stands near byte i.
func around(line string, i int) string {
	const before = 40
	if len(line) <= maxShort || i <= before {
		return clip(line, maxShort)
	}
	i -= before
	for i < len(line) && !utf8.RuneStart(line[i]) {
		i++
	}
	return "…" + clip(line[i:], maxShort)
}
