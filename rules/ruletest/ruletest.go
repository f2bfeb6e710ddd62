// Package ruletest executes what rules say about themselves. The tests of the
// groups, and of all rules, use it.
package ruletest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/fix"
	"schlank/rule"
	"schlank/source"
)

// Check runs the examples of each rule in a subtest of its ID.
func Check(t *testing.T, rules []*rule.Rule) {
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) {
			t.Run("doc", func(t *testing.T) { checkDoc(t, r) })
			if r.Run == nil {
				return // the lint room's tests run the examples
			}
			t.Run("bad and good", func(t *testing.T) { checkPair(t, r) })
			for k, e := range r.Doc.More {
				name := e.Name
				if name == "" {
					t.Errorf("example %d has no name", k)
				}
				t.Run(name, func(t *testing.T) { checkExample(t, r, e) })
			}
		})
	}
}

// checkDoc looks at what the rule says about itself.
func checkDoc(t *testing.T, r *rule.Rule) {
	if !regexp.MustCompile(`^SL[0-7]\d{3}$`).MatchString(r.ID) {
		t.Errorf("the ID %q is not SL and four digits, of which the first is at most 7", r.ID)
	}
	if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(r.Name) {
		t.Errorf("the name %q is not in kebab case", r.Name)
	}
	categories := []rule.Category{rule.Size, rule.Cache, rule.Stages, rule.Security, rule.Correctness, rule.Runtime, rule.Style}
	if !slices.Contains(categories, r.Category) {
		t.Errorf("the category %q is none of %v", r.Category, categories)
	}
	if r.Severity < finding.Info || r.Severity > finding.Error {
		t.Error("the severity is missing")
	}
	for name, text := range map[string]string{"Title": r.Doc.Title, "Why": r.Doc.Why, "Bad": r.Doc.Bad, "Good": r.Doc.Good, "Since": r.Doc.Since} {
		if strings.TrimSpace(text) == "" {
			t.Errorf("Doc.%s is missing", name)
		}
	}
	if strings.HasSuffix(r.Doc.Title, ".") || strings.Contains(r.Doc.Title, "\n") {
		t.Errorf("the title %q is not one line without a full stop", r.Doc.Title)
	}
	if r.Doc.Why != "" && !strings.HasSuffix(strings.TrimSpace(r.Doc.Why), ".") {
		t.Errorf("Why does not end with a full stop: %q", r.Doc.Why)
	}
}

// checkPair runs the rule's Bad and Good.
func checkPair(t *testing.T, r *rule.Rule) {
	d := r.Doc
	bad := run(r, d.Setup, file(d.Bad))
	if len(bad) == 0 {
		t.Error("Bad does not fire")
	}
	for _, f := range bad {
		checkFinding(t, r, d.Bad, f)
	}
	for _, f := range run(r, d.Setup, file(d.Good)) {
		t.Errorf("Good fires: %s", shown(d.Good, f))
	}
	if slices.ContainsFunc(bad, func(f finding.Finding) bool { return len(f.Fixes) > 0 }) {
		checkFix(t, r, d.Setup, d.Bad, d.Good, finding.Suggestion)
	}
	if Accepts(d.Bad) != nil && r.Severity != finding.Error {
		t.Errorf("BuildKit refuses Bad: %v", Accepts(d.Bad))
	}
	if err := Accepts(d.Good); err != nil {
		t.Errorf("BuildKit refuses Good: %v", err)
	}
}

// checkExample runs one of the further examples.
func checkExample(t *testing.T, r *rule.Rule, e rule.Example) {
	findings := run(r, e.Setup, file(e.Dockerfile))
	var lines []int
	var aliases []string
	for _, f := range findings {
		checkFinding(t, r, e.Dockerfile, f)
		line, _ := file(e.Dockerfile).Position(f.Span.Start)
		lines = append(lines, line)
		aliases = append(aliases, strings.Join(f.Aliases, ","))
	}
	if diff := cmp.Diff(e.Lines, lines, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("lines of findings (-want +got)\n%s%s", diff, all(e.Dockerfile, findings))
	}
	if e.Aliases != nil {
		if diff := cmp.Diff(e.Aliases, aliases, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("aliases of findings (-want +got)\n%s", diff)
		}
	}
	least := e.Safety
	if least == 0 {
		least = finding.Suggestion
	}
	checkFix(t, r, e.Setup, e.Dockerfile, e.Fixed, least)
}

// checkFinding looks at the form of a finding.
func checkFinding(t *testing.T, r *rule.Rule, text string, f finding.Finding) {
	t.Helper()
	if f.ID != r.ID {
		t.Errorf("a finding of %s says that it is of %s", r.ID, f.ID)
	}
	for _, a := range f.Aliases {
		if !slices.Contains(r.Aliases, a) {
			t.Errorf("a finding has the alias %s, which the rule does not declare", a)
		}
	}
	if f.Message == "" || strings.HasSuffix(f.Message, ".") || strings.Contains(f.Message, "\n") {
		t.Errorf("the message %q is not one line without a full stop", f.Message)
	}
	if strings.HasSuffix(f.Hint, ".") || strings.Contains(f.Hint, "\n") {
		t.Errorf("the hint %q is not one line without a full stop", f.Hint)
	}
	if f.Span.Start < 0 || f.Span.Start > f.Span.End || f.Span.End > len(text) {
		t.Errorf("the span %v is not in the file of %d bytes", f.Span, len(text))
	}
	if f.Span.Len() == 0 && len(text) > 0 {
		t.Errorf("the span %v is empty: a user would see nothing marked", f.Span)
	}
	if f.Cost.Bytes < 0 || f.Cost.Bytes > 0 && f.Cost.Basis == finding.Unknown {
		t.Errorf("the cost %+v has no basis", f.Cost)
	}
	for _, x := range f.Fixes {
		if x.Title == "" || x.Safety < finding.Suggestion || x.Safety > finding.Identity || len(x.Edits) == 0 {
			t.Errorf("the fix %+v has no title, no safety or no edits", x)
		}
	}
}

// checkFix applies the rule's fixes and looks at what comes out.
func checkFix(t *testing.T, r *rule.Rule, s rule.Setup, text, want string, least finding.Safety) {
	t.Helper()
	find := check(r, s)
	o := fix.Options{Least: least, Check: func(f *dockerfile.File, _ []string) []finding.Finding { return find(f) }}
	got := fix.All(file(text), o)
	if diff := cmp.Diff(want, string(got.Text)); want != "" && diff != "" {
		t.Errorf("fixed (-want +got)\n%s", diff)
	}
	for _, x := range got.Refused {
		t.Errorf("the fix %q in line %d is refused: %s", x.Title, x.Line, x.Reason)
	}
	if again := fix.All(file(string(got.Text)), o); string(again.Text) != string(got.Text) {
		t.Errorf("fixing twice changes it again (-once +twice)\n%s", cmp.Diff(string(got.Text), string(again.Text)))
	}
	if Accepts(text) != nil {
		return
	}
	if err := Accepts(string(got.Text)); err != nil {
		t.Errorf("BuildKit accepts the file, but not as it is fixed: %v\n%s", err, got.Text)
	}
}

// check is the rule as something that fixes ask.
func check(r *rule.Rule, s rule.Setup) func(*dockerfile.File) []finding.Finding {
	c := s.Context()
	return func(f *dockerfile.File) []finding.Finding { return rule.Run(r, f, s.Settings, c) }
}

func run(r *rule.Rule, s rule.Setup, f source.File) []finding.Finding {
	return check(r, s)(dockerfile.Parse(f))
}

func file(text string) source.File { return source.File{Name: "Dockerfile", Bytes: []byte(text)} }

// shown is a finding as a compiler would show it.
func shown(text string, f finding.Finding) string {
	return f.Message + "\n" + file(text).Excerpt(f.Span)
}

func all(text string, findings []finding.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(shown(text, f))
	}
	return b.String()
}
