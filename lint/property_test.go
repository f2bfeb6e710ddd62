package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"schlank/finding"
	"schlank/internal/corpus"
	"schlank/lint"
	"schlank/rule"
	"schlank/rules/ruletest"
)

// TestProperties lints and fixes all Dockerfiles there are, with all rules, at
// each safety, in the forms that a file can have.
func TestProperties(t *testing.T) {
	all, err := lint.New(lint.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	check := func(cases []corpus.Case) func(*testing.T) {
		return func(t *testing.T) {
			for _, c := range cases {
				for _, v := range variants(c.Text) {
					if problem := lintAndFix(all, v, ruletest.Converts); problem != "" {
						t.Errorf("%s: %s\n%s", c.Name, problem, v)
					}
				}
			}
		}
	}
	t.Run("no fix is refused", func(t *testing.T) {
		for _, c := range corpus.Real() {
			for _, x := range all.Fix(input(c.Text), finding.Suggestion).Refused {
				t.Errorf("%s:%d: %s: %q is refused: %s", c.Name, x.Line, x.Rule, x.Title, x.Reason)
			}
		}
	})
	t.Run("own", check(corpus.Own()))
	t.Run("real", check(corpus.Real()))
	t.Run("peers", func(t *testing.T) { check(corpus.Peers(t, os.DirFS("../../shared/cases")))(t) })
}

// FuzzLint looks for files on which linting or fixing does not keep its
// promises.
func FuzzLint(f *testing.F) {
	all, err := lint.New(lint.Options{All: true})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range append(corpus.Own(), corpus.Real()...) {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // BuildKit spoils such bytes, so it is no oracle for them
		}
		if problem := lintAndFix(all, text, ruletest.Accepts); problem != "" {
			t.Errorf("%s\n%q", problem, text)
		}
	})
}

// variants are a file as it is, with a FROM if it has none, with the line
// endings of Windows, and with the other escape character.
func variants(text string) []string {
	out := []string{text}
	if !strings.Contains(strings.ToUpper(text), "FROM") {
		out = append(out, "FROM debian:12\n"+text)
	}
	if !strings.Contains(text, "\r") {
		out = append(out, strings.ReplaceAll(text, "\n", "\r\n"))
	}
	if continued := strings.ReplaceAll(text, "\\\n", "`\n"); continued != text && !strings.Contains(continued, `\`) && !strings.Contains(text, "`") {
		out = append(out, "# escape=`\n"+continued)
	}
	return out
}

// lintAndFix is the first promise that is not kept for a file, "" if all are.
func lintAndFix(l *lint.Linter, text string, oracle func(string) error) string {
	in := input(text)
	in.Context = rule.Setup{Files: map[string]string{"app.py": "", ".git/config": "", "package.json": "{}"}}.Context()
	r := l.File(in)
	if printed := string(r.File.Syntax.Print()); printed != text {
		return "printing gives another text: " + cmp.Diff(text, printed)
	}
	for _, f := range r.Findings {
		if f.Span.Start < 0 || f.Span.End < f.Span.Start || f.Span.End > len(text) {
			return fmt.Sprintf("%s has the span %v in a file of %d bytes", f.ID, f.Span, len(text))
		}
	}
	for _, least := range []finding.Safety{finding.Identity, finding.Equivalent, finding.Suggestion} {
		if problem := fixKeeps(l, in, least, oracle); problem != "" {
			return fmt.Sprintf("fixing at %s: %s", least, problem)
		}
	}
	return ""
}

// fixKeeps is what fixing a file breaks, "" for nothing.
func fixKeeps(l *lint.Linter, in lint.Input, least finding.Safety, oracle func(string) error) string {
	text := string(in.Source.Bytes)
	once := l.Fix(in, least)
	fixed := string(once.Text)
	var how strings.Builder
	for _, a := range once.Applied {
		fmt.Fprintf(&how, "%s line %d: %s\n", a.Rule, a.Line, a.Title)
	}
	again := in
	again.Source.Bytes = once.Text
	if twice := l.Fix(again, least); string(twice.Text) != fixed {
		return fmt.Sprintf("fixing twice changes more, by %s: %s\n%s", twice.Applied[0].Rule, twice.Applied[0].Title, cmp.Diff(fixed, string(twice.Text)))
	}
	if windows(text) && !windows(fixed) {
		return fmt.Sprintf("line endings are mixed now\n%s%q", how.String(), fixed)
	}
	if fixed != text && oracle(text) == nil {
		if err := oracle(fixed); err != nil {
			return fmt.Sprintf("BuildKit does not accept the fixed file: %v\n%s\n%s", err, how.String(), fixed)
		}
	}
	return ""
}

// windows reports whether all lines end as on Windows.
func windows(text string) bool {
	return strings.Contains(text, "\n") && strings.Count(text, "\n") == strings.Count(text, "\r\n")
}
