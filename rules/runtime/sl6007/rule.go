// Package sl6007 is the rule package-manager-starts.
package sl6007

import (
	"encoding/json"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
	"schlank/source"
)

// Rule is SL6007.
func Rule() *rule.Rule {
	pkg := rule.Setup{Files: map[string]string{"package.json": `{"scripts": {"start": "node dist/server.js --port 80", "migrate": "a && b"}}`}}
	return &rule.Rule{
		ID:       "SL6007",
		Name:     "package-manager-starts",
		Aliases:  []string{},
		Category: rule.Runtime,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "npm or yarn starts the service",
			Why: "npm start keeps npm and a shell in memory next to the service, some 50 MB, needs npm in the image, and hands signals and exit codes on only in part, so that the service may be killed instead of ended. " +
				"Name the program that the script runs.",
			Bad:   "FROM node:24-slim\nCMD [\"npm\", \"start\"]\n",
			Good:  "FROM node:24-slim\nCMD [\"node\", \"dist/server.js\", \"--port\", \"80\"]\n",
			Setup: pkg,
			More: []rule.Example{
				{Name: "a script that is more than a program", Dockerfile: "FROM node:24-slim\nCMD [\"yarn\", \"run\", \"migrate\"]\n", Setup: pkg, Lines: []int{2}, Fixed: "FROM node:24-slim\nCMD [\"yarn\", \"run\", \"migrate\"]\n"},
				{Name: "flags", Dockerfile: "FROM node:24-slim\nCMD npm --silent run start\nENTRYPOINT [\"dumb-init\"]\n", Lines: []int{2}},
				{Name: "a program of the project", Dockerfile: "FROM node:24-slim\nCMD [\"npx\", \"serve\"]\n"},
				{Name: "other uses", Dockerfile: "FROM node:24-slim\nCMD [\"npm\", \"publish\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range start.Results(p) {
		for _, program := range start.Programs(s) {
			script, ok := scriptOf(program.Effective)
			if !ok {
				continue
			}
			c := program.Command()
			p.Report(finding.Finding{
				Span:    c.Orig,
				Message: program.Name + " stays in memory in front of the service, and hands signals on only in part",
				Hint:    "start what the script " + script + " of package.json starts",
				Fixes:   inline(p, program, script),
			})
		}
	}
}

// scriptOf is the script of package.json that a command runs.
func scriptOf(e shellcmd.Effective) (string, bool) {
	if e.Name != "npm" && e.Name != "yarn" && e.Name != "pnpm" {
		return "", false
	}
	var words []string
	for k := 1; k < len(e.Words); k++ {
		if w := start.Word(e, k); !strings.HasPrefix(w, "-") {
			words = append(words, w)
		}
	}
	switch {
	case len(words) > 1 && (words[0] == "run" || words[0] == "run-script"):
		return words[1], true
	case len(words) > 0 && words[0] == "start":
		return "start", true
	}
	return "", false
}

// inline is the fix that names the program of the script, if package.json is
// known and the script is no more than a program with arguments.
func inline(p *rule.Pass, program start.Program, name string) []finding.Fix {
	e := start.Exec(program.In)
	if p.Context == nil || !e.JSON || len(e.Args) != len(program.Words) {
		return nil
	}
	text, ok := p.Context.Read("package.json")
	if !ok {
		return nil
	}
	var manifest struct {
		Scripts map[string]string `json:"scripts"`
	}
	if json.Unmarshal(text, &manifest) != nil || manifest.Scripts["pre"+name] != "" || manifest.Scripts["post"+name] != "" {
		return nil
	}
	words := strings.Fields(manifest.Scripts[name])
	if len(words) == 0 || words[0] != "node" || strings.ContainsAny(manifest.Scripts[name], "'\"`$&|;<>*?()[]{}~\\#=") {
		return nil
	}
	return []finding.Fix{{
		Title:  "start " + strings.Join(words[:min(2, len(words))], " "),
		Safety: finding.Suggestion,
		Edits:  []source.Edit{{Span: program.In.Args.File(), New: array(words)}},
	}}
}

// array is words as a JSON array.
func array(words []string) string {
	quoted := slices.Clone(words)
	for k, w := range quoted {
		quoted[k] = `"` + w + `"`
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
