// Package sl2004 is the rule context-leak.
package sl2004

import (
	"fmt"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/junk"
	"schlank/rules/layers/trace"
)

// Rule is SL2004.
func Rule() *rule.Rule {
	ignore := ".git\nnode_modules\n*.log\n"
	return &rule.Rule{
		ID:       "SL2004",
		Name:     "context-leak",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "COPY takes along what the image does not need",
			Why: "COPY of a whole directory takes all that .dockerignore does not leave out: the history in .git, packages installed for the machine of the developer, caches, logs, files with secrets. " +
				"They make the image larger, go to the builder each time, and a change in them makes all later layers again.",
			Bad:  "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
			Good: "FROM node:22\nWORKDIR /app\nCOPY src package.json package-lock.json ./\nRUN npm ci\n",
			Setup: rule.Setup{Files: map[string]string{
				".git/HEAD": "ref: refs/heads/main\n", "node_modules/a/index.js": "x\n", "src": "x\n", "package.json": "{}\n", "package-lock.json": "{}\n",
			}},
			More: []rule.Example{
				{
					Name: "a .dockerignore that leaves it out", Dockerfile: "FROM node:22\nCOPY . .\n",
					Setup: rule.Setup{Ignore: &ignore, Files: map[string]string{".git/HEAD": "x", "node_modules/a/b": "x", "app.log": "x", "index.js": "x"}},
				},
				{
					Name: "one with a hole", Dockerfile: "FROM node:22\nCOPY . .\n", Lines: []int{2},
					Setup: rule.Setup{Ignore: &ignore, Files: map[string]string{"web/node_modules/a/b": "x", "index.js": "x"}},
				},
				{
					Name: "secrets weigh more than bytes", Dockerfile: "FROM node:22\nCOPY . .\n", Lines: []int{2},
					Setup: rule.Setup{Ignore: &ignore, Files: map[string]string{".env": "A=b", "index.js": "x"}},
				},
				{
					Name: "the directory that is copied counts, once", Dockerfile: "FROM python:3.12\nCOPY web /web\nCOPY src /src\nCOPY src /src2\n", Lines: []int{3},
					Setup: rule.Setup{Files: map[string]string{"src/__pycache__/a.pyc": "x", "web/a": "x", ".git/HEAD": "x"}},
				},
				{
					Name: "outputs only where they are made again", Dockerfile: "FROM node:22\nCOPY . .\nRUN npm run build\nFROM node:22\nCOPY . /app\n", Lines: []int{2},
					Setup: rule.Setup{Ignore: &ignore, Files: map[string]string{"dist/a.js": "x", "index.js": "x"}},
				},
				{Name: "nothing is known of the context", Dockerfile: "FROM node:22\nCOPY . .\n"},
				{Name: "files of another stage", Dockerfile: "FROM node:22\nCOPY --from=x . .\n", Setup: rule.Setup{Files: map[string]string{".git/HEAD": "x"}}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/concepts/context/#dockerignore-files"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if p.Context == nil {
		return
	}
	seen := map[string]bool{}
	for in := range p.Instructions() {
		c, ok := in.Command.(*dockerfile.Copy)
		if !ok || c.From.Text != "" {
			continue
		}
		for _, s := range c.Sources {
			name := trace.InContext(s.Text)
			if seen[name] || strings.Contains(s.Text, "://") || !trace.IsDir(p.Context, c, s.Text) || junk.Kind(name) != "" {
				continue
			}
			found := slices.DeleteFunc(junk.In(p.Context, name, builds(p, in)), func(f junk.Found) bool { return excluded(c, f.Path) })
			if len(found) > 0 {
				seen[name] = true
				report(p, in, s, found)
			}
		}
	}
}

// excluded reports whether an --exclude of the COPY leaves a path out.
func excluded(c *dockerfile.Copy, name string) bool {
	for _, e := range c.Excludes {
		if x := strings.Trim(e.Text, "/*"); x != "" && strings.Contains("/"+name+"/", "/"+x+"/") {
			return true
		}
	}
	return false
}

// builds reports whether a later RUN of the stage makes outputs of what is
// copied.
func builds(p *rule.Pass, in *dockerfile.Instruction) bool {
	for _, later := range in.Stage.Instructions {
		if later.Span.Start < in.Span.Start {
			continue
		}
		for _, s := range p.CommandsOf(later) {
			a, ok := pkgmgr.Parse(s.Effective)
			if ok && (a.Verb == pkgmgr.Build || a.Manager.Ecosystem == pkgmgr.Node && len(a.Words) > 1 && a.Words[len(a.Words)-1].Value == "build") {
				return true
			}
		}
	}
	return false
}

// report reports a source with what lies about in it.
func report(p *rule.Pass, in *dockerfile.Instruction, s dockerfile.Value, found []junk.Found) {
	var total int64
	var names []string
	secrets := 0
	for _, f := range found {
		total += f.Size
		if f.Secret {
			secrets++
		}
	}
	// Secrets first, then by size.
	slices.SortStableFunc(found, func(a, b junk.Found) int {
		if a.Secret == b.Secret {
			return 0
		} else if a.Secret {
			return -1
		}
		return 1
	})
	for _, f := range found[:min(3, len(found))] {
		names = append(names, f.Path+" ("+f.Kind+")")
	}
	more := ""
	if n := len(found) - len(names); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	f := finding.Finding{
		Span:    s.Span,
		Message: "this copies " + strings.Join(names, ", ") + more,
		Hint:    "name it in .dockerignore: " + strings.Join(patterns(found), " "),
	}
	if p.Shipped(in.Stage) {
		f.Cost = finding.Cost{Bytes: total, Basis: finding.Measured}
		if total == 0 {
			f.Cost = finding.Cost{}
		}
	} else if secrets == 0 {
		f.Severity = finding.Info
	}
	p.Report(f)
}

// patterns are lines for an ignore file that leave out what was found.
func patterns(found []junk.Found) []string {
	var out []string
	for _, f := range found {
		line := f.Path
		if k := strings.LastIndexByte(line, '/'); k >= 0 && !f.Secret {
			line = "**/" + line[k+1:]
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out[:min(6, len(out))]
}
