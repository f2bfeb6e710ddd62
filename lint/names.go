package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
)

// UnknownRuleError is a rule that was named but is not there.
type UnknownRuleError struct {
	Name string
	// Near is a rule that is called almost so, "" if there is none.
	Near string
}

func (e *UnknownRuleError) Error() string {
	if e.Near != "" {
		return fmt.Sprintf("there is no rule %s (did you mean %s?)", e.Name, e.Near)
	}
	return fmt.Sprintf("there is no rule %s (schlank lint --rules lists them)", e.Name)
}

// catalogue knows what rules are called.
type catalogue struct {
	byID  map[string]*rule.Rule
	names map[string]bool // in normal form
	shown []string        // as they are written, for suggestions
}

func newCatalogue(rules []*rule.Rule) catalogue {
	c := catalogue{byID: map[string]*rule.Rule{}, names: map[string]bool{}}
	for _, r := range rules {
		c.byID[r.ID] = r
		for _, n := range append([]string{r.ID, r.Name}, r.Aliases...) {
			c.names[normal(n)] = true
			c.shown = append(c.shown, n)
		}
	}
	return c
}

// Known reports whether one of the rules is called so, or may be: findings of
// shellcheck, SC and four digits, are known whatever their number.
func Known(rules []*rule.Rule, name string) bool { return newCatalogue(rules).check(name) == nil }

var shellCheckID = regexp.MustCompile(`^sc\d{4}$`)

// check is an *UnknownRuleError if no rule is called so.
func (c catalogue) check(name string) error {
	if n := normal(name); c.names[n] || shellCheckID.MatchString(n) {
		return nil
	}
	return &UnknownRuleError{Name: name, Near: syntax.Nearest(name, c.shown)}
}

// all is names in normal form.
func (c catalogue) all(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		if err := c.check(n); err != nil {
			return nil, err
		}
		out = append(out, normal(n))
	}
	return out, nil
}

// trivyID is what trivy has called its checks over time: DS001, DS-0001 and
// AVD-DS-0001 are the same.
var trivyID = regexp.MustCompile(`^(?:avd-)?ds-?(\d{1,4})$`)

// normal is the form in which names are compared.
func normal(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if m := trivyID.FindStringSubmatch(name); m != nil {
		return fmt.Sprintf("ds-%04s", m[1])
	}
	return name
}

// named reports whether one of the names is in a list that is in normal form.
func named(names, list []string) bool {
	return len(list) > 0 && slices.ContainsFunc(names, func(n string) bool { return slices.Contains(list, normal(n)) })
}

// buildKitName is the form of the names of BuildKit's checks.
var buildKitName = regexp.MustCompile(`^[A-Z][a-z]+[A-Z][A-Za-z]*$`)

// isBuildKits reports whether BuildKit has the finding too.
func isBuildKits(f finding.Finding) bool {
	return slices.ContainsFunc(f.Aliases, buildKitName.MatchString)
}

// isTrivys reports whether trivy has the finding too.
func isTrivys(f finding.Finding) bool {
	return slices.ContainsFunc(f.Aliases, func(a string) bool { return trivyID.MatchString(strings.ToLower(a)) })
}
