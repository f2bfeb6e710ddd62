package lintout

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"schlank/finding"
	"schlank/report"
)

// GitHub writes workflow commands that annotate a pull request
// (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
func (r *Report) GitHub(w io.Writer) error {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	var b strings.Builder
	for _, f := range r.Files {
		for _, x := range f.Findings {
			level := x.Severity.String()
			if x.Severity == finding.Info {
				level = "notice"
			}
			p := placeOf(f.Source, x.Span)
			fmt.Fprintf(&b, "::%s file=%s,line=%d,endLine=%d", level, property.Replace(filepath.ToSlash(f.Source.Name)), p.line, p.endLine)
			if p.line == p.endLine { // columns count only there
				fmt.Fprintf(&b, ",col=%d,endColumn=%d", p.column, p.endColumn)
			}
			fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(r.rule(x.ID).title()), message.Replace(sentence(x)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// GitLab writes a Code Quality report
// (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
func (r *Report) GitLab(w io.Writer) error {
	type lines struct {
		Begin int `json:"begin"`
		End   int `json:"end"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	issues := []issue{}
	for _, f := range r.Files {
		seen := map[string]int{}
		for _, x := range f.Findings {
			p := placeOf(f.Source, x.Span)
			severity := map[finding.Severity]string{finding.Error: "critical", finding.Warning: "minor"}[x.Severity]
			if severity == "" {
				severity = "info"
			}
			issues = append(issues, issue{
				Description: sentence(x),
				Check:       x.ID,
				Fingerprint: fingerprint(f, x, seen),
				Severity:    severity,
				Location:    location{filepath.ToSlash(f.Source.Name), lines{p.line, p.endLine}},
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}

// Checkstyle writes the XML of Checkstyle, which many CI systems read.
func (r *Report) Checkstyle(w io.Writer) error {
	type entry struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
	type file struct {
		Name    string  `xml:"name,attr"`
		Entries []entry `xml:"error"`
	}
	type document struct {
		XMLName xml.Name `xml:"checkstyle"`
		Version string   `xml:"version,attr"`
		Files   []file   `xml:"file"`
	}
	doc := document{Version: "4.3"}
	for _, f := range r.Files {
		out := file{Name: valid(f.Source.Name)}
		for _, x := range f.Findings {
			p := placeOf(f.Source, x.Span)
			out.Entries = append(out.Entries, entry{p.line, p.column, x.Severity.String(), valid(sentence(x)), "schlank." + x.ID})
		}
		doc.Files = append(doc.Files, out)
	}
	return writeXML(w, doc)
}

// JUnit writes the XML of JUnit: a suite for each file, and a failure for
// each finding in it.
func (r *Report) JUnit(w io.Writer) error {
	type failure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type test struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Failure *failure `xml:"failure"`
	}
	type suite struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Cases    []test `xml:"testcase"`
	}
	type document struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	doc := document{Name: "schlank lint"}
	for _, f := range r.Files {
		name := valid(f.Source.Name)
		s := suite{Name: name}
		for _, x := range f.Findings {
			p := placeOf(f.Source, x.Span)
			s.Cases = append(s.Cases, test{
				Name: fmt.Sprintf("%s at %d:%d", r.rule(x.ID).title(), p.line, p.column), Class: name,
				Failure: &failure{x.Severity.String(), valid(x.Message), valid(fmt.Sprintf("%s:%d:%d: %s\n%s", f.Source.Name, p.line, p.column, sentence(x), f.Source.Excerpt(x.Span)))},
			})
		}
		s.Failures = len(s.Cases)
		if len(s.Cases) == 0 {
			s.Cases = []test{{Name: "no findings", Class: name}}
		}
		s.Tests = len(s.Cases)
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Suites = append(doc.Suites, s)
	}
	return writeXML(w, doc)
}

// valid is a text that XML can hold.
func valid(s string) string { return strings.ToValidUTF8(s, "�") }

func writeXML(w io.Writer, doc any) error {
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, b)
	return err
}

// Markdown writes a table for each file with findings, for comments on pull
// requests.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Files {
		if len(f.Findings) == 0 {
			continue
		}
		t := report.Table{
			Title:   f.Source.Name,
			Columns: []report.Column{{Title: "Line", Align: report.Right}, {Title: "Severity"}, {Title: "Rule"}, {Title: "Finding"}, {Title: "Cost", Align: report.Right}},
		}
		for _, x := range f.Findings {
			t.Rows = append(t.Rows, report.Row{
				{Text: fmt.Sprint(placeOf(f.Source, x.Span).line)},
				{Text: x.Severity.String()},
				{Text: r.rule(x.ID).title()},
				{Text: sentence(x)},
				{Text: report.Cost(x.Cost)},
			})
		}
		if err := t.Markdown(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	b.WriteString(r.summary(report.Style{}))
	_, err := io.WriteString(w, b.String())
	return err
}
