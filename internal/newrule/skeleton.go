package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// makeRule makes the directory of a rule with a rule that its test refuses
// until it is written.
func makeRule(root, id, name string) (string, error) {
	if !regexp.MustCompile(`^SL[0-7]\d{3}$`).MatchString(id) {
		return "", fmt.Errorf("the ID %q is not SL and four digits, of which the first is at most 7", id)
	}
	if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(name) {
		return "", fmt.Errorf("the name %q is not in kebab case", name)
	}
	g := groups()[id[2]-'0']
	dir := filepath.Join(root, "rules", g.name, strings.ToLower(id))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the rule: %w", err)
	}
	text := strings.NewReplacer("slNNNN", strings.ToLower(id), "SLNNNN", id, "some-name", name).Replace(skeleton)
	return dir, write(filepath.Join(dir, "rule.go"), text)
}

const skeleton = `// Package slNNNN is the rule some-name.
package slNNNN

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SLNNNN.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SLNNNN",
		Name:     "some-name",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "",
			Why:   "",
			Bad:   "FROM alpine:3.20\n",
			Good:  "FROM alpine:3.20\n",
			More: []rule.Example{{
				Name:       "",
				Dockerfile: "FROM alpine:3.20\n",
				Lines:      []int{1},
			}},
			Since:   "0.2",
			Sources: []string{},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for range p.Instructions() {
	}
}
`
