// Package sl5005 is the rule curl-fail.
package sl5005

import (
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/source"
)

// Rule is SL5005.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5005",
		Name:     "curl-fail",
		Aliases:  []string{"parfum:curlUseFlagF"},
		Category: rule.Correctness,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "curl takes an error page for the file",
			Why:   "When a server answers 404 or 500, curl stores the page that says so and ends well; the build goes on and fails later, or not at all. With -f it fails.",
			Bad:   "FROM debian:12\nRUN curl -sSL https://example.com/app -o /usr/local/bin/app\n",
			Good:  "FROM debian:12\nRUN curl -fsSL https://example.com/app -o /usr/local/bin/app\n",
			More: []rule.Example{
				{Name: "without other flags", Dockerfile: "FROM debian:12\nRUN curl https://x.example > x && curl -o x -L https://x.example\n", Lines: []int{2, 2}, Fixed: "FROM debian:12\nRUN curl -f https://x.example > x && curl -f -o x -L https://x.example\n"},
				{Name: "it does, or only asks", Dockerfile: "FROM debian:12\nRUN curl -fsSL a && curl --fail b && curl --fail-with-body c && curl -I d && curl --version && if curl e; then f; fi && curl -sSLf g && curl -o /dev/null -w '%{http_code}' h\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://curl.se/docs/manpage.html#-f"},
		},
		Run: run,
	}
}

// values are curl's short flags that take a value.
func values() []string {
	return []string{"-o", "-H", "-d", "-u", "-X", "-A", "-e", "-b", "-c", "-K", "-x", "-m", "-w", "-T", "-F", "-E", "-C", "-r", "-y", "-Y", "-z", "-D", "-P", "-Q", "-t", "-U"}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		if c.Name != "curl" || len(c.Words) < 2 || slices.Contains(c.Command().Within, shellcmd.Condition) {
			continue
		}
		args := c.Args(shellcmd.Options{Values: values()})
		if args.Has("-f", "--fail", "--fail-with-body", "--fail-early", "-I", "--head", "--version", "-V", "--help", "-w", "--write-out", "-K", "--config") {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.Words[0].Orig,
			Message: "curl takes an error page for the file",
			Hint:    "add -f, so that it fails if the server says no",
			Fixes:   []finding.Fix{{Title: "add -f", Safety: finding.Suggestion, Edits: []source.Edit{insert(c)}}},
		})
	}
}

// insert adds the flag to the ones that stand first, as their author writes:
// -sSL becomes -fsSL.
func insert(c rule.Shell) source.Edit {
	first := c.Words[1]
	if letters, ok := strings.CutPrefix(first.Text, "-"); ok && letters != "" && strings.Trim(letters, "sSLkOvigq#46") == "" {
		return source.Insert(first.Orig.Start+1, "f")
	}
	return edit.After(c.Words[0], "-f")
}
