package lintout

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/finding"
	"schlank/report"
	"schlank/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample has all that the formats have to cope with: characters of several
// bytes, hostile names, costs, fixes, several lines.
func sample() *Report {
	text := "FROM debian\nRUN echo 'é' && apt-get update \\\n && apt-get install curl\nCMD x\n"
	at := func(word string) source.Span {
		k := strings.Index(text, word)
		return source.Span{Start: k, End: k + len(word)}
	}
	return &Report{
		Version: "1.2",
		Files: []File{
			{
				Source: source.File{Name: "a b,c:d/Dockerfile", Bytes: []byte(text)},
				Findings: []finding.Finding{
					{
						ID: "SL1001", Severity: finding.Warning, Span: at("apt-get install"), Message: "lists stay | here", Hint: "remove them 100 %",
						Aliases: []string{"DL3009", "DS-0017"}, Cost: finding.Cost{Bytes: 20_100_000, Basis: finding.Estimated},
						Fixes: []finding.Fix{{Title: "remove the lists", Safety: finding.Equivalent, Edits: []source.Edit{
							source.Insert(at("\nCMD").Start, " && rm -rf /var/lib/apt/lists/*"), source.Delete(at("echo 'é' && ")),
						}}},
					},
					{ID: "SL9999", Severity: finding.Error, Span: at("RUN echo 'é' && apt-get update \\\n && apt-get install curl\n"), Message: "<b>\x1b[31m"},
					{ID: "SL1001", Severity: finding.Info, Span: source.Span{Start: len(text), End: len(text)}, Message: "at the end",
						Cost:  finding.Cost{Bytes: 5, Basis: finding.Measured},
						Fixes: []finding.Fix{{Title: "try this", Safety: finding.Suggestion}}},
				},
			},
			{Source: source.File{Name: "clean", Bytes: []byte("FROM scratch\n")}},
		},
		Rules: []Rule{{ID: "SL1001", Name: "apt-lists-left", Title: "Lists stay", Why: "They cost.", Category: "size", Aliases: []string{"DL3009"}, Severity: finding.Warning, URL: "docs/rules/SL1001.md"}},
	}
}

func formats() map[string]func(*Report, io.Writer) error {
	return map[string]func(*Report, io.Writer) error{
		"text.txt":       func(r *Report, w io.Writer) error { return r.Text(w, report.Style{}) },
		"color.txt":      func(r *Report, w io.Writer) error { return r.Text(w, report.Style{Color: true, Unicode: true}) },
		"sarif.json":     (*Report).SARIF,
		"github.txt":     (*Report).GitHub,
		"gitlab.json":    (*Report).GitLab,
		"checkstyle.xml": (*Report).Checkstyle,
		"junit.xml":      (*Report).JUnit,
		"markdown.md":    (*Report).Markdown,
	}
}

func TestFormats(t *testing.T) {
	for name, write := range formats() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(sample(), &b); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			wellFormed(t, name, b.Bytes())
		})
	}
}

// TestEmpty writes reports without findings and without files.
func TestEmpty(t *testing.T) {
	for name, write := range formats() {
		for _, r := range []*Report{{}, {Files: []File{{Source: source.File{Name: "x"}}}}} {
			var b bytes.Buffer
			if err := write(r, &b); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, name, b.Bytes())
		}
	}
}

func wellFormed(t *testing.T, name string, b []byte) {
	t.Helper()
	switch filepath.Ext(name) {
	case ".json":
		if !json.Valid(b) || strings.Contains(string(b), "null") {
			t.Errorf("no JSON, or nulls in it: %s", b)
		}
	case ".xml":
		for d := xml.NewDecoder(bytes.NewReader(b)); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v in %s", err, b)
			}
		}
	}
}

// TestSARIFFixes makes the edits of the SARIF file, by lines and columns of
// code points, and expects what the edits themselves make.
func TestSARIFFixes(t *testing.T) {
	r := sample()
	f := r.Files[0]
	edits := f.Findings[0].Fixes[0].Edits
	want, err := source.Apply(f.Source.Bytes, edits)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(f.Source.Bytes), "\n")
	offset := func(line, column int) int {
		n := 0
		for _, l := range lines[:line-1] {
			n += len(l)
		}
		return n + len(string([]rune(lines[line-1])[:column-1]))
	}
	var again []source.Edit
	for _, rep := range sarifFixes(f.Source, f.Findings[0].Fixes)[0].Changes[0].Replacements {
		e := source.Edit{Span: source.Span{Start: offset(rep.Deleted.StartLine, rep.Deleted.StartColumn), End: offset(rep.Deleted.EndLine, rep.Deleted.EndColumn)}}
		if rep.Inserted != nil {
			e.New = rep.Inserted.Text
		}
		again = append(again, e)
	}
	got, err := source.Apply(f.Source.Bytes, again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
