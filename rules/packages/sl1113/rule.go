// Package sl1113 is the rule development-packages.
package sl1113

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1113.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL1113",
		Name:     "development-packages",
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Packages for development only are installed in the final stage",
			Why: "Test runners, linters and bundlers are half of what a lock file lists, and more than half of the advisories about it. Production needs none of them. " +
				"Where a build step needs them, it belongs into a stage of its own.",
			Bad:  "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\nCMD [\"node\", \"server.js\"]\n",
			Good: "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci --omit=dev\nCMD [\"node\", \"server.js\"]\n",
			More: []rule.Example{
				{
					Name:       "each has its words",
					Dockerfile: "FROM a\nRUN pnpm install --frozen-lockfile\nRUN composer install\nRUN poetry install\nRUN pipenv install --dev\n",
					Lines:      []int{2, 3, 4, 5},
					Fixed:      "FROM a\nRUN pnpm install --prod --frozen-lockfile\nRUN composer install --no-dev\nRUN poetry install --only main\nRUN pipenv install --dev\n",
				},
				{
					Name:       "left out, removed later, needed for a build, or in a builder or a test stage",
					Dockerfile: "FROM a AS build\nRUN npm ci && npm run build\nFROM a AS test\nRUN npm ci\nFROM a\nCOPY --from=build /a /a\nRUN npm ci --omit=dev\nRUN NODE_ENV=production npm ci\nRUN composer install --no-dev && poetry install --without dev\nRUN npm ci && npm prune --omit=dev\n",
				},
				{
					Name:       "Yarn 2 and later have another command",
					Dockerfile: "FROM a\nRUN yarn install --immutable\nFROM a\nRUN yarn workspaces focus --all --production\n",
					Lines:      []int{2},
					Fixed:      "FROM a\nRUN yarn install --immutable\nFROM a\nRUN yarn workspaces focus --all --production\n",
				},
				{
					Name:       "uv and Bundler",
					Dockerfile: "FROM a\nRUN uv sync --locked\nRUN bundle install\nFROM a AS b\nRUN uv pip install c && uv sync --no-dev\nRUN bundle config set --local without 'development test' && bundle install\nFROM a\nENV BUNDLE_WITHOUT=development:test\nRUN bundle\n",
					Lines:      []int{2, 3},
					Fixed:      "FROM a\nRUN uv sync --no-dev --locked\nRUN bundle install\nFROM a AS b\nRUN uv pip install c && uv sync --no-dev\nRUN bundle config set --local without 'development test' && bundle install\nFROM a\nENV BUNDLE_WITHOUT=development:test\nRUN bundle\n",
				},
				{
					Name:       "the environment says so",
					Dockerfile: "FROM a\nENV NODE_ENV=production\nRUN npm ci\n",
				},
				{
					Name:       "a build in the final stage needs them: that is another matter",
					Dockerfile: "FROM a\nRUN npm ci\nRUN npm run build\n",
				},
			},
			Since: "0.2",
			Sources: []string{
				"https://docs.npmjs.com/cli/commands/npm-ci#omit", "https://python-poetry.org/docs/cli/#install", "https://getcomposer.org/doc/03-cli.md#install-i",
			},
		},
		Run: run,
	}
}

// flags are what leaves packages for development out, by manager.
func flag(manager string) string {
	return map[string]string{
		"npm": "--omit=dev", "yarn": "--production", "pnpm": "--prod", "bun": "--production", "composer": "--no-dev", "poetry": "--only main", "uv": "--no-dev",
	}[manager]
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		if !p.Shipped(s) || forDevelopment(s) || builds(p, s) {
			continue
		}
		for i := range p.Instructions() {
			if i.Stage != s {
				continue
			}
			for _, c := range calls.Of(p, i) {
				if installsDevelopment(p, c) {
					p.Report(report(p, c))
				}
			}
		}
	}
}

// forDevelopment reports whether a stage says by its name that it is not for
// production.
func forDevelopment(s *dockerfile.Stage) bool {
	return slices.ContainsFunc(strings.FieldsFunc(s.Name, func(r rune) bool { return r == '-' || r == '_' || r == '.' }), func(word string) bool {
		return slices.Contains([]string{"dev", "development", "devel", "test", "tests", "testing", "ci", "lint", "debug", "build", "builder", "deps", "dependencies"}, word)
	})
}

// builds reports whether a stage, or one it starts from, runs a build or
// takes the packages away again.
func builds(p *rule.Pass, s *dockerfile.Stage) bool {
	for i := range p.Instructions() {
		if i.Stage != s {
			continue
		}
		for _, c := range calls.Of(p, i) {
			switch {
			case c.VerbText == "prune", c.VerbText == "autoclean":
				return true
			case c.Verb == pkgmgr.Build, c.Verb == pkgmgr.Run, c.VerbText == "run", strings.HasPrefix(c.VerbText, "run "), c.VerbText == "build", c.VerbText == "test":
				return true
			}
		}
	}
	return s.Parent != nil && builds(p, s.Parent)
}

// installsDevelopment reports whether a call installs a project with all that
// its development needs.
func installsDevelopment(p *rule.Pass, c calls.Call) bool {
	if c.Verb != pkgmgr.Install || len(c.Packages) > 0 || c.Dynamic || c.Has(pkgmgr.Global) {
		return false
	}
	switch c.Manager.Name {
	case "pipenv":
		return c.Has(pkgmgr.Development)
	case "uv":
		if c.VerbText != "sync" {
			return false
		}
	case "bundler":
		return !c.Enabled(pkgmgr.Production, c.Env) && !configured(p, c)
	}
	return flag(c.Manager.Name) != "" && !c.Enabled(pkgmgr.Production, c.Env) && !c.Has(pkgmgr.Dry)
}

// configured reports whether an earlier bundle config of the stage, or of one
// it starts from, leaves groups out: bundle config set without development.
func configured(p *rule.Pass, c calls.Call) bool {
	for s := c.In.Stage; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			for _, other := range calls.Of(p, i) {
				if other.Manager == c.Manager && strings.HasPrefix(other.VerbText, "config") && slices.ContainsFunc(other.Action.Words, without) {
					return true
				}
			}
		}
	}
	return false
}

// without reports a word with which bundle config names groups.
func without(w shellcmd.Word) bool {
	return slices.Contains([]string{"without", "only", "BUNDLE_WITHOUT", "BUNDLE_ONLY"}, w.Value)
}

func report(p *rule.Pass, c calls.Call) finding.Finding {
	f := finding.Finding{
		Span:    c.CallSpan(),
		Message: fmt.Sprintf("%s also installs what only development needs", c.Program),
		Hint:    "leave it out of the final stage",
		Cost:    finding.Cost{Basis: finding.Unknown},
	}
	if c.Manager.Name == "bundler" {
		f.Hint = "leave groups out before: bundle config set without 'development test'"
	}
	if calls.YarnBerry(p, c) {
		f.Hint = "install with yarn workspaces focus --production"
	} else if word := flag(c.Manager.Name); word != "" {
		f.Hint = "add " + word
		f.Fixes = []finding.Fix{{
			Title: "add " + word, Safety: finding.Suggestion,
			Edits: []source.Edit{edit.After(c.Action.Words[c.VerbWord], word)},
		}}
	}
	return f
}
