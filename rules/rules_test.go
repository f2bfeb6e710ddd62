package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"schlank/rules"
	"schlank/rules/ruletest"
)

func TestRules(t *testing.T) { ruletest.Check(t, rules.All()) }

// TestUnique: an ID, a name or an alias leads to one rule, and the IDs are in
// order. An alias may be of several rules; it is no ID or name of another.
func TestUnique(t *testing.T) {
	owner := map[string]string{}
	last := ""
	for _, r := range rules.All() {
		if r.ID <= last {
			t.Errorf("%s comes after %s", r.ID, last)
		}
		last = r.ID
		for _, name := range []string{r.ID, r.Name} {
			if other, taken := owner[strings.ToLower(name)]; taken {
				t.Errorf("%s is called %s, as is %s", r.ID, name, other)
			}
			owner[strings.ToLower(name)] = r.ID
		}
	}
	for _, r := range rules.All() {
		had := map[string]bool{}
		for _, a := range r.Aliases {
			if other, taken := owner[strings.ToLower(a)]; taken && other != r.ID {
				t.Errorf("%s has the alias %s, which is what %s is called", r.ID, a, other)
			}
			if had[a] {
				t.Errorf("%s has the alias %s twice", r.ID, a)
			}
			had[a] = true
		}
	}
}

// TestPages: docs/rules is what the rules say.
func TestPages(t *testing.T) {
	const dir = "../docs/rules"
	want := rules.Pages()
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != text {
			t.Errorf("docs/rules/%s is stale: go run ./internal/newrule -generate", name)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("docs/rules/%s is of no rule: go run ./internal/newrule -generate", e.Name())
		}
	}
}
