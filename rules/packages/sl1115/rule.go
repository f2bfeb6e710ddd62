// Package sl1115 is the rule installed-twice.
package sl1115

import (
	"fmt"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/packages/calls"
)

// Rule is SL1115.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1115",
		Name:     "installed-twice",
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A library comes from the distribution and from the language's index",
			Why: "The same library is in the image twice, in two versions, under two directories. Which one a program loads depends on its interpreter and the order of directories, " +
				"and the distribution's brings an interpreter of its own along.",
			Bad:  "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y --no-install-recommends python3-requests && rm -rf /var/lib/apt/lists/*\nRUN pip install --no-cache-dir requests\n",
			Good: "FROM python:3.13-slim\nRUN pip install --no-cache-dir requests\n",
			More: []rule.Example{
				{
					Name:       "names are written in many ways",
					Dockerfile: "FROM a\nRUN pip install Flask_SQLAlchemy==3\nRUN apk add py3-flask-sqlalchemy\n",
					Lines:      []int{3},
				},
				{
					Name:       "different libraries, different stages",
					Dockerfile: "FROM a AS b\nRUN pip install yaml\nFROM a\nRUN apt-get install -y python3-yaml python3-pip\nRUN pip install pip\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://peps.python.org/pep-0668/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	type place struct {
		stage int
		name  string
	}
	byIndex := map[place]bool{}
	for _, c := range calls.All(p) {
		if c.Manager.Ecosystem == pkgmgr.Python && c.Verb == pkgmgr.Install {
			for _, k := range c.Packages {
				byIndex[place{c.In.Stage.Index, normal(k.Name)}] = true
			}
		}
	}
	for _, c := range calls.All(p) {
		if !c.Manager.Ecosystem.System() || c.Verb != pkgmgr.Install || !p.Shipped(c.In.Stage) {
			continue
		}
		for _, k := range c.Packages {
			name := library(k.Name)
			// pip, setuptools and wheel are upgraded that way, as documented.
			if name == "" || name == "pip" || name == "setuptools" || name == "wheel" || !byIndex[place{c.In.Stage.Index, name}] {
				continue
			}
			p.Report(finding.Finding{
				Span:    k.Span,
				Message: fmt.Sprintf("%s is installed from the distribution and from the index", name),
				Hint:    "leave one out; with an interpreter that is not the distribution's, this one",
			})
		}
	}
}

// library is the Python library in a package of a distribution, "" if it is
// none: python3-yaml, py3-yaml, python311-yaml.
func library(name string) string {
	for _, prefix := range []string{"python3-", "python-", "py3-", "python311-", "python312-", "python313-"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return normal(rest)
		}
	}
	return ""
}

// normal is the normal form of a name (PEP 503).
func normal(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' }), "-")
}
