// Package sl1112 is the rule lock-file-ignored.
package sl1112

import (
	"fmt"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1112.
func Rule() *rule.Rule {
	lock := rule.Setup{Files: map[string]string{"package.json": "{}", "package-lock.json": "{}", "yarn.lock": "", "pnpm-lock.yaml": "", "uv.lock": "", "Pipfile.lock": ""}}
	return &rule.Rule{
		ID:       "SL1112",
		Name:     "lock-file-ignored",
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "There is a lock file, and the build does not hold to it",
			Why: "npm install, and yarn, pnpm, bun, uv and pipenv without their flags, change the lock file when it does not fit the manifest, and install what fits today. " +
				"The image then holds other versions than were tested. npm ci and its like install what the lock file says, or fail; they are faster, too.",
			Bad:   "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN --mount=type=cache,target=/root/.npm npm install\n",
			Good:  "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
			Setup: lock,
			More: []rule.Example{
				{
					Name:       "yarn and pnpm",
					Dockerfile: "FROM node:22\nRUN yarn install && pnpm i --prod\nRUN yarn\n",
					Setup:      lock,
					Lines:      []int{2, 2, 3},
					Fixed:      "FROM node:22\nRUN yarn install --frozen-lockfile && pnpm i --frozen-lockfile --prod\nRUN yarn --frozen-lockfile\n",
				},
				{
					Name:       "held to, or no lock file, or a single package",
					Dockerfile: "FROM node:22\nRUN npm ci && yarn install --immutable && pnpm install --frozen-lockfile && npm install express && npm install -g npm\n",
					Setup:      lock,
				},
				{
					Name:       "Python's",
					Dockerfile: "FROM a\nRUN uv sync --no-dev && pipenv install --system\nRUN uv pip install b && uv sync --frozen && pipenv sync && poetry install\nENV UV_LOCKED=1\nRUN uv sync\n",
					Setup:      lock,
					Lines:      []int{2, 2},
					Fixed:      "FROM a\nRUN uv sync --locked --no-dev && pipenv install --deploy --system\nRUN uv pip install b && uv sync --frozen && pipenv sync && poetry install\nENV UV_LOCKED=1\nRUN uv sync\n",
				},
				{Name: "nothing is known of the context", Dockerfile: "FROM node:22\nRUN npm install\n"},
				{Name: "no lock file", Dockerfile: "FROM node:22\nRUN npm install\n", Setup: rule.Setup{Files: map[string]string{"package.json": "{}"}}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.npmjs.com/cli/commands/npm-ci", "https://classic.yarnpkg.com/en/docs/cli/install"},
		},
		Run: run,
	}
}

// held is the flag with which managers leave a lock file be that do so only
// when they are told to; npm has a verb for it.
var held = map[string]string{
	"npm": "", "yarn": "--frozen-lockfile", "pnpm": "--frozen-lockfile", "bun": "--frozen-lockfile", "uv": "--locked", "pipenv": "--deploy",
}

func run(p *rule.Pass) {
	if p.Context == nil {
		return
	}
	for _, c := range calls.All(p) {
		if !ignores(c) {
			continue
		}
		lock := ""
		for _, name := range c.Manager.Lockfiles {
			if _, ok := p.Context.Stat(name); ok && !p.Context.Ignored(name) {
				lock = name
				break
			}
		}
		if lock == "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.CallSpan(),
			Message: fmt.Sprintf("there is a %s, and %s does not hold to it", lock, c.Program),
			Hint:    hint(c),
			Fixes:   fixes(c),
		})
	}
}

// ignores reports whether a call installs a project, and not as its lock file
// says.
func ignores(c calls.Call) bool {
	if c.Verb != pkgmgr.Install || len(c.Packages) > 0 || c.Dynamic || c.Has(pkgmgr.Global, pkgmgr.Manifest, pkgmgr.Dry) || c.Enabled(pkgmgr.Frozen, c.Env) {
		return false
	}
	switch c.Manager.Name {
	case "uv":
		return c.VerbText == "sync"
	case "pipenv":
		return c.VerbText == "install"
	}
	_, ok := held[c.Manager.Name]
	return ok && c.VerbText != "ci"
}

func hint(c calls.Call) string {
	if c.Manager.Name == "npm" {
		return "use npm ci"
	}
	return "add " + held[c.Manager.Name]
}

func fixes(c calls.Call) []finding.Fix {
	if c.Manager.Name == "npm" {
		if c.VerbWord == 0 || c.VerbText != "install" && c.VerbText != "i" {
			return nil
		}
		return []finding.Fix{{Title: "use npm ci", Safety: finding.Suggestion, Edits: []source.Edit{edit.Replace(c.Action.Words[c.VerbWord], "ci")}}}
	}
	word := held[c.Manager.Name]
	return []finding.Fix{{Title: "add " + word, Safety: finding.Suggestion, Edits: []source.Edit{edit.After(c.Action.Words[c.VerbWord], word)}}}
}
