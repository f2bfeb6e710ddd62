// Package sl0026 is the rule copy-source-ignored.
package sl0026

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL0026.
func Rule() *rule.Rule {
	ignore, exceptions := "dist\n", "*\n!src\n"
	return &rule.Rule{
		ID:       "SL0026",
		Name:     "copy-source-ignored",
		Aliases:  []string{"CopyIgnoredFile"},
		Category: rule.Correctness,
		Severity: finding.Error,
		Doc: rule.Doc{
			Title: "COPY or ADD names a file that .dockerignore leaves out",
			Why:   "What .dockerignore names is not sent to the build, so the instruction finds nothing and the build fails, although the file is there.",
			Bad:   "FROM nginx:1.29\nCOPY dist/ /usr/share/nginx/html/\n",
			Good:  "FROM nginx:1.29\nCOPY public/ /usr/share/nginx/html/\n",
			Setup: rule.Setup{Ignore: &ignore},
			More: []rule.Example{
				{Name: "from a stage", Dockerfile: "FROM alpine:3.22 AS a\nFROM alpine:3.22\nCOPY --from=a /dist /dist\n", Setup: rule.Setup{Ignore: &ignore}},
				{Name: "below, and with ADD", Dockerfile: "FROM alpine:3.22\nADD ./dist/a /x\nADD https://example.com/dist /y\n", Setup: rule.Setup{Ignore: &ignore}, Lines: []int{2}},
				{Name: "the whole context", Dockerfile: "FROM alpine:3.22\nCOPY . /x\n", Setup: rule.Setup{Ignore: &ignore}},
				{Name: "with exceptions", Dockerfile: "FROM alpine:3.22\nCOPY src /x\nCOPY . /y\n", Setup: rule.Setup{Ignore: &exceptions}},
				{Name: "a file that no exception keeps", Dockerfile: "FROM alpine:3.22\nCOPY doc.md /x\n", Lines: []int{2}, Aliases: []string{""},
					Setup: rule.Setup{Ignore: &exceptions, Files: map[string]string{"doc.md": "text"}}},
				{Name: "nothing is known of the context", Dockerfile: "FROM alpine:3.22\nCOPY dist /x\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/copy-ignored-file/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if p.Context == nil {
		return
	}
	text, ok := p.Context.Ignore()
	if !ok {
		return
	}
	patterns := read(text)
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Copy)
		if !ok || c.From.Raw != "" {
			continue
		}
		for _, source := range c.Sources {
			if source.Known && !remote(source.Text) {
				look(p, i, source, patterns)
			}
		}
	}
}

// patterns are the lines of an ignore file that count.
type patterns struct {
	exceptions bool // some lines start with !
	everything bool // some line leaves all at the top out
}

func read(text string) patterns {
	var out patterns
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "!"):
			out.exceptions = true
		case line == "*" || line == "**" || line == "**/*":
			out.everything = true
		}
	}
	return out
}

// remote reports whether ADD loads the source from elsewhere.
func remote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

func look(p *rule.Pass, i *dockerfile.Instruction, source dockerfile.Value, all patterns) {
	name := strings.TrimPrefix(path.Clean("/"+source.Text), "/")
	if name == "" {
		name = "."
	}
	if name == "." && !all.everything {
		return
	}
	f := finding.Finding{
		Span:    source.Span,
		Message: ".dockerignore leaves out " + name + ", so " + i.Name() + " does not find it",
		Hint:    "take it out of .dockerignore, or name another file",
	}
	if i.Held() {
		f.Aliases = []string{} // BuildKit looks when it is run
	}
	if all.exceptions {
		// Below a directory that is left out something may be kept, so only
		// what is known to be a file can be told.
		info, ok := p.Context.Stat(name)
		if !ok || info.Dir {
			return
		}
		f.Aliases = []string{}
	}
	if strings.ContainsAny(name, "*?[") {
		f.Severity = finding.Warning // what is left of it may be enough
	}
	if name == "." || p.Context.Ignored(name) {
		p.Report(f)
	}
}
