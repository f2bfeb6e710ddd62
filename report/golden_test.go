package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/compare"
	"schlank/inventory"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	p := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(p, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite with -update:\n%s", p, diff)
	}
}

func ptr(f float64) *float64 { return &f }

func rows() []compare.Row {
	return []compare.Row{
		{
			Name: "1-naive.Dockerfile", Kind: "dockerfile", StandIn: true,
			Sizes:  inventory.Sizes{Disk: 1_123_400_000, Pull: 402_100_000, Visible: 1_040_000_000, Wasted: 83_400_000},
			Layers: 12, Files: 41_234,
			Packages:     map[inventory.PackageType]int{inventory.Dpkg: 431, inventory.Python: 12},
			BuildSeconds: ptr(75.2), Ratio: ptr(1),
		},
		{
			Name: "6-slim-multi-stage.Dockerfile", Kind: "dockerfile",
			Sizes:  inventory.Sizes{Disk: 155_300_000, Pull: 51_800_000, Visible: 155_000_000, Wasted: 300_000},
			Layers: 7, Files: 6_120,
			Packages:     map[inventory.PackageType]int{inventory.Dpkg: 105, inventory.Python: 9},
			BuildSeconds: ptr(8.04), Ratio: ptr(0.138),
		},
		{
			Name: "saved.tar", Kind: "archive", PullAsStored: true,
			Sizes:  inventory.Sizes{Disk: 7_400_000, Pull: 7_700_000, Visible: 7_400_000},
			Layers: 1, Files: 512, Packages: map[inventory.PackageType]int{inventory.Apk: 15}, Ratio: ptr(0.0066),
		},
		{
			Name: "evil\x1b[31m|<script>alert(1)</script>\u202e\nrow", Kind: "dockerfile",
			Err: errors.New("building it: `exit 1` & <b>\x07"),
		},
	}
}

func text(t *testing.T, table *Table, st Style) string {
	t.Helper()
	var buf bytes.Buffer
	if err := table.Text(&buf, st); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestCompareGolden(t *testing.T) {
	table := Compare(rows())
	golden(t, "compare.txt", text(t, table, Style{}))
	golden(t, "compare.unicode.txt", text(t, table, Style{Unicode: true, Width: 160}))
	golden(t, "compare.color.txt", text(t, table, Style{Unicode: true, Color: true, Width: 120}))
	var buf bytes.Buffer
	if err := table.Markdown(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.md", buf.String())
	buf.Reset()
	if err := ComparePage(rows()).HTML(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.html", buf.String())
	for _, bad := range []string{"<script>", "<b>", "\x1b", "\u202e", "http://", "https://"} {
		if strings.Contains(buf.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

// The optimize report's parts, as their package will put them together.
func TestSectionsGolden(t *testing.T) {
	before := "FROM python:3.11\nRUN apt-get update\nCMD [\"app\"]\n"
	after := "FROM python:3.11-slim\nRUN apt-get update\nCMD [\"app\"]\n"
	page := &Page{
		Title: "Dockerfile made slim", Lead: "same: 5 of 5 probes", LeadTone: Good,
		Sections: []Section{
			{Table: &Table{
				Title:   "Probes",
				Columns: []Column{{Title: "probe"}, {Title: "answer", Wrap: true}},
				Rows:    []Row{{{Text: "GET /healthz"}, {Text: "same", Tone: Good}}, {{Text: "GET /"}, {Text: "different", Tone: Bad}}, {{Text: "short row"}}},
				Notes:   []Note{{"one differs", Warn}},
			}},
			{Title: "Diff", Diff: Diff("Dockerfile", "Dockerfile.slim", before, after, Style{})},
		},
	}
	var buf bytes.Buffer
	if err := page.HTML(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "sections.html", buf.String())
	golden(t, "diff.txt", Diff("Dockerfile", "Dockerfile.slim", before, after+"# \x1b[2J\n", Style{}))
	golden(t, "diff.color.txt", Diff("Dockerfile", "Dockerfile.slim", before, after+"# \x1b[2J\n", Style{Color: true}))
	if d := Diff("a", "b", before, before, Style{Color: true}); d != "" {
		t.Errorf("diff of equal texts: %q", d)
	}
	golden(t, "sections.txt", text(t, page.Sections[0].Table, Style{Unicode: true, Color: true, Width: 14}))
}
