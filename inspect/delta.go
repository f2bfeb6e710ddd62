package inspect

import (
	"fmt"

	"schlank/attribute"
	"schlank/report"
)

// DeltaSchema is what a delta document is an instance of:
// schema/diff-1.json.
const DeltaSchema = "schlank.diff/1"

// Delta is what differs between two images: in sentences, by cause, by
// package and by path.
func Delta(from, to *Subject, d *attribute.Delta, o Options) []Part {
	head := &lines{title: from.Name + " → " + to.Name}
	head.add("disk %s → %s (%s), pull %s → %s (%s)",
		report.Bytes(d.Before.Disk), report.Bytes(d.After.Disk), signed(d.Sum().Disk),
		report.Bytes(d.Before.Pull), report.Bytes(d.After.Pull), signed(d.Sum().Pull))
	for k, s := range d.Story {
		if k == o.top() {
			break
		}
		head.add("%s: %s", signed(s.Disk), s.Text)
	}
	parts := []Part{head}
	causes := deltaTable("By cause", "cause")
	for _, c := range d.Causes {
		if c.Sum().Disk != 0 { // else only its share of the pull size changed
			causes.Rows = append(causes.Rows, deltaRow(c.Kind.Title(), c.Change))
		}
	}
	packages := deltaTable("By package", "package")
	for _, p := range d.Packages {
		packages.Rows = append(packages.Rows, deltaRow(packageText(p), p.Change))
	}
	paths := deltaTable("By path", "path")
	for _, p := range d.Paths {
		name := p.Path
		switch {
		case name == "":
			name = "(no path)"
		case p.Rest:
			name += " (the rest)"
		}
		paths.Rows = append(paths.Rows, deltaRow(name, p.Change))
	}
	for _, t := range []*report.Table{causes, packages, paths} {
		if len(t.Rows) > 0 {
			parts = append(parts, shorten(t, o.top()))
		}
	}
	return parts
}

func packageText(p attribute.PackageChange) string {
	switch {
	case p.Name == "":
		return "(no package)"
	case p.From == "":
		return fmt.Sprintf("%s %s (%s), new", p.Name, p.To, p.Type)
	case p.To == "":
		return fmt.Sprintf("%s %s (%s), gone", p.Name, p.From, p.Type)
	case p.From == p.To:
		return fmt.Sprintf("%s %s (%s)", p.Name, p.To, p.Type)
	}
	return fmt.Sprintf("%s %s → %s (%s)", p.Name, p.From, p.To, p.Type)
}

func deltaTable(title, name string) *report.Table {
	return &report.Table{Title: title, Columns: []report.Column{
		{Title: name, Wrap: true}, {Title: "before", Align: report.Right}, {Title: "after", Align: report.Right}, {Title: "change", Align: report.Right},
	}}
}

func deltaRow(name string, c attribute.Change) report.Row {
	tone := report.Good
	if c.Sum().Disk > 0 {
		tone = report.Bad
	}
	return report.Row{{Text: name}, {Text: report.Bytes(c.Before.Disk)}, {Text: report.Bytes(c.After.Disk)}, {Text: signed(c.Sum().Disk), Tone: tone}}
}

// shorten cuts a table, and says so.
func shorten(t *report.Table, top int) *report.Table {
	if more := len(t.Rows) - top; more > 0 {
		t.Rows = t.Rows[:top]
		t.Notes = append(t.Notes, report.Note{Text: fmt.Sprintf("and %s more: --top shows more", report.Count(more)), Tone: report.Faint})
	}
	return t
}

// signed is an amount with its sign.
func signed(n int64) string {
	if n > 0 {
		return "+" + report.Bytes(n)
	}
	return report.Bytes(n)
}

// DeltaDocument is a difference as data for other programs.
type DeltaDocument struct {
	Schema       string             `json:"schema"`
	From         string             `json:"from"`
	To           string             `json:"to"`
	Before       SumEntry           `json:"before"`
	After        SumEntry           `json:"after"`
	Story        []StoryEntry       `json:"story"`
	Causes       []ChangeEntry      `json:"causes"`
	Packages     []PackageDelta     `json:"packages"`
	Instructions []InstructionDelta `json:"instructions"`
	Paths        []PathDelta        `json:"paths"`
}

// StoryEntry is a part of the difference in words.
type StoryEntry struct {
	Text string `json:"text"`
	Disk int64  `json:"disk_bytes"`
}

// ChangeEntry is the change of one cause.
type ChangeEntry struct {
	Kind   string   `json:"kind"`
	Before SumEntry `json:"before"`
	After  SumEntry `json:"after"`
}

// PackageDelta is the change of one package; without a name it is what no
// package claims.
type PackageDelta struct {
	Type   string   `json:"type"`
	Name   string   `json:"name"`
	From   string   `json:"from"`
	To     string   `json:"to"`
	Before SumEntry `json:"before"`
	After  SumEntry `json:"after"`
}

// InstructionDelta is the change of what one instruction brings.
type InstructionDelta struct {
	From   string   `json:"from"`
	To     string   `json:"to"`
	Before SumEntry `json:"before"`
	After  SumEntry `json:"after"`
}

// PathDelta is the change of a path with all below it.
type PathDelta struct {
	Path   string   `json:"path"`
	Rest   bool     `json:"rest,omitempty"`
	Before SumEntry `json:"before"`
	After  SumEntry `json:"after"`
}

// NewDeltaDocument makes the document of a difference.
func NewDeltaDocument(from, to string, d *attribute.Delta) DeltaDocument {
	doc := DeltaDocument{
		Schema: DeltaSchema, From: from, To: to, Before: sumEntry(d.Before), After: sumEntry(d.After),
		Story: []StoryEntry{}, Causes: []ChangeEntry{}, Packages: []PackageDelta{}, Instructions: []InstructionDelta{}, Paths: []PathDelta{},
	}
	for _, s := range d.Story {
		doc.Story = append(doc.Story, StoryEntry{s.Text, s.Disk})
	}
	for _, c := range d.Causes {
		doc.Causes = append(doc.Causes, ChangeEntry{string(c.Kind), sumEntry(c.Before), sumEntry(c.After)})
	}
	for _, p := range d.Packages {
		doc.Packages = append(doc.Packages, PackageDelta{p.Type, p.Name, p.From, p.To, sumEntry(p.Before), sumEntry(p.After)})
	}
	for _, i := range d.Instructions {
		doc.Instructions = append(doc.Instructions, InstructionDelta{i.From, i.To, sumEntry(i.Before), sumEntry(i.After)})
	}
	for _, p := range d.Paths {
		doc.Paths = append(doc.Paths, PathDelta{p.Path, p.Rest, sumEntry(p.Before), sumEntry(p.After)})
	}
	return doc
}
