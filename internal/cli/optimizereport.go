package cli

import (
	"fmt"
	"io"
	"strings"

	"schlank"
	"schlank/compare"
	"schlank/optimize"
	"schlank/report"
)

// printOptimized shows a run: sizes, moves, probes, diff, verdict.
func (a *app) printOptimized(res *schlank.Optimized, f *optimizeFlags) error {
	best := res.Best
	tables := []*report.Table{report.Compare(optimizeRows(res))}
	diff := ""
	if best >= 0 {
		c := res.Candidates[best]
		tables = append(tables, movesTable(c), probesTable(c))
		diff = report.Diff(res.Name, res.Target, string(res.Original), string(c.Text), a.diffStyle(f.format))
	}
	line, tone := verdictLine(res)
	switch f.format {
	case "markdown":
		return a.markdownReport(tables, diff, line)
	case "html":
		p := report.Page{Title: "schlank optimize " + res.Name, Lead: line, LeadTone: tone}
		for _, t := range tables {
			p.Sections = append(p.Sections, report.Section{Title: t.Title, Table: untitled(t)})
		}
		p.Sections = append(p.Sections, report.Section{Title: "Changes", Diff: diff})
		return p.HTML(a.stdout)
	}
	return a.textReport(res, diff, line, tone)
}

// textReport is the form for a terminal: the moves as a list, which wraps.
func (a *app) textReport(res *schlank.Optimized, diff, line string, tone report.Tone) error {
	st := a.style()
	parts := []interface {
		Text(io.Writer, report.Style) error
	}{report.Compare(optimizeRows(res))}
	if res.Best >= 0 {
		c := res.Candidates[res.Best]
		parts = append(parts, movesList(c), probesTable(c))
	}
	fmt.Fprint(a.stdout, diff)
	for _, p := range parts {
		fmt.Fprintln(a.stdout)
		if err := p.Text(a.stdout, st); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(a.stdout, "\n"+st.Line(line, tone))
	return err
}

func movesList(c *optimize.Candidate) *report.List {
	l := &report.List{Title: "What changed, and why"}
	for _, m := range c.Moves {
		l.Items = append(l.Items, report.ListItem{Head: m.Name, Value: moveBytes(m.Bytes), Text: m.Reason, Points: m.Evidence})
	}
	return l
}

// moveBytes says what a move saves or costs, "" when it is neither.
func moveBytes(n int64) string {
	switch {
	case n > 0:
		return "saves " + report.Bytes(n)
	case n < 0:
		return "costs " + report.Bytes(-n)
	}
	return ""
}

// diffStyle is plain where the diff is part of a document.
func (a *app) diffStyle(format string) report.Style {
	if format == "text" {
		return a.style()
	}
	return report.Style{}
}

func untitled(t *report.Table) *report.Table {
	c := *t
	c.Title = ""
	return &c
}

func (a *app) markdownReport(tables []*report.Table, diff, line string) error {
	fmt.Fprintf(a.stdout, "%s\n\n", line)
	for _, t := range tables {
		if err := t.Markdown(a.stdout); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout)
	}
	if diff == "" {
		return nil
	}
	fence := "```"
	for strings.Contains(diff, fence) {
		fence += "`"
	}
	_, err := fmt.Fprintf(a.stdout, "%sdiff\n%s%s\n", fence, diff, fence)
	return err
}

// optimizeRows are the rows of the table of sizes.
func optimizeRows(res *schlank.Optimized) []compare.Row {
	items := []compare.Item{builtItem(res.Name, &res.Baseline)}
	for _, c := range res.Candidates {
		if c.Built == nil {
			items = append(items, compare.Item{Name: c.Name, Kind: "candidate", Err: c.Err})
			continue
		}
		items = append(items, builtItem(c.Name, c.Built))
	}
	return compare.Rows(items)
}

func builtItem(name string, b *optimize.Built) compare.Item {
	return compare.Item{Name: name, Kind: "dockerfile", Image: b.Image, BuildSeconds: &b.Seconds, StandIn: b.StandIn}
}

func movesTable(c *optimize.Candidate) *report.Table {
	t := &report.Table{
		Title: "What changed, and why",
		Columns: []report.Column{
			{Title: "Move"}, {Title: "Saves", Align: report.Right}, {Title: "Reason and evidence"},
		},
	}
	for _, m := range c.Moves {
		saves := ""
		if m.Bytes != 0 {
			saves = report.Bytes(m.Bytes)
		}
		t.Rows = append(t.Rows, report.Row{{Text: m.Name, Tone: report.Strong}, {Text: saves}, {Text: m.Reason}})
		for _, e := range m.Evidence {
			t.Rows = append(t.Rows, report.Row{{}, {}, {Text: "- " + e, Tone: report.Faint}})
		}
	}
	return t
}

func probesTable(c *optimize.Candidate) *report.Table {
	t := &report.Table{
		Title: "What both images were asked",
		Columns: []report.Column{
			{Title: "Probe", Wrap: true}, {Title: "Original", Wrap: true}, {Title: "Candidate", Wrap: true}, {Title: "Same"},
		},
	}
	for _, p := range c.Probes {
		same := report.Cell{Text: "yes", Tone: report.Good}
		if !p.Same {
			same = report.Cell{Text: "NO", Tone: report.Bad}
		}
		t.Rows = append(t.Rows, report.Row{{Text: p.Probe}, {Text: p.Baseline}, {Text: p.Candidate}, same})
		if p.Difference != "" {
			t.Notes = append(t.Notes, report.Note{Text: p.Probe + ": " + p.Difference, Tone: report.Bad})
		}
	}
	return t
}

// verdictLine is the sentence that a run comes down to.
func verdictLine(res *schlank.Optimized) (string, report.Tone) {
	base := res.Baseline.Image.Sizes().Disk
	if res.Chosen >= 0 {
		c := res.Candidates[res.Chosen]
		size := c.Built.Image.Sizes().Disk
		s := fmt.Sprintf("same (%d probes): %s instead of %s, %s", len(c.Probes), report.Bytes(size), report.Bytes(base), report.Percent(float64(size)/float64(base)))
		return s + written(res), report.Good
	}
	if res.Best < 0 {
		return "build-failed: no candidate could be built; nothing was written", report.Bad
	}
	c := res.Candidates[res.Best]
	switch c.Verdict {
	case optimize.Same:
		return "same, but not smaller: the original is lean already; nothing was written", report.Good
	case optimize.Unproven:
		return "unproven: nothing could be asked that shows the program at work; give --probe" + written(res), report.Warn
	}
	line := fmt.Sprintf("%s: the candidate does not answer as the original does%s", c.Verdict, written(res))
	if len(res.Written) == 0 {
		line += " (--force writes it all the same)"
	}
	return line, report.Bad
}

func written(res *schlank.Optimized) string {
	if len(res.Written) == 0 {
		return "; nothing was written"
	}
	return "; wrote " + strings.Join(res.Written, ", ")
}
