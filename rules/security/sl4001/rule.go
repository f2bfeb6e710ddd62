// Package sl4001 is the rule sudo.
package sl4001

import (
	"path"
	"slices"
	"strings"

	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL4001.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4001",
		Name:     "sudo",
		Aliases:  []string{"DL3004", "DS-0010", "DKL-DI-0001", "CKV2_DOCKER_1"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "sudo in a RUN",
			Why: "A build runs as root unless USER says otherwise, so sudo does nothing but ask for a package, a configuration and a terminal. " +
				"In an image it stays behind as a way to become root. Where another user is needed, USER switches for the instructions after it.",
			Bad:  "FROM debian:12\nUSER root\nRUN sudo apt-get update && sudo -E make install\n",
			Good: "FROM debian:12\nUSER root\nRUN apt-get update && make install\n",
			More: []rule.Example{
				{
					Name:       "a user without rights needs another fix",
					Dockerfile: "FROM debian:12\nUSER app\nRUN sudo apt-get update\n",
					Lines:      []int{3},
					Fixed:      "FROM debian:12\nUSER app\nRUN sudo apt-get update\n",
				},
				{
					Name:       "another user and other options stay",
					Dockerfile: "FROM debian:12\nUSER root\nRUN sudo -u app make && \\\n    sudo \\\n    make\n",
					Lines:      []int{3, 4},
					Fixed:      "FROM debian:12\nUSER root\nRUN sudo -u app make && \\\n    make\n",
				},
				{
					Name:       "installing it is something else",
					Dockerfile: "FROM debian:12\nRUN apt-get install -y sudo && echo sudo\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#user"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for c := range p.Commands() {
		words := c.Command().Words
		for k, w := range words {
			last := k >= len(words)-len(c.Words)
			if last && (k > 0 && len(c.Wrappers) > 0 || c.Name != "sudo") {
				break
			}
			if !w.Static || path.Base(w.Value) != "sudo" {
				continue
			}
			f := finding.Finding{
				Span:    w.Orig,
				Message: "sudo is not needed in a build",
				Hint:    "leave it out, and switch with USER root and back where the user is another",
			}
			if x, ok := drop(c, k); ok {
				f.Fixes = []finding.Fix{x}
			}
			p.Report(f)
			break
		}
	}
}

// drop is the fix that takes sudo away: where it stands before a command,
// without options that change what that does, and the user is not known to be
// somebody else.
func drop(c rule.Shell, at int) (finding.Fix, bool) {
	user, _, _ := strings.Cut(c.In.Before.User, ":")
	safety := finding.Suggestion
	switch user {
	case "root", "0":
		safety = finding.Equivalent
	case "":
	default:
		return finding.Fix{}, false
	}
	words := c.Command().Words
	next := at + 1
	for next < len(words) && slices.Contains([]string{"-E", "-H", "-n", "--preserve-env", "--non-interactive", "--"}, words[next].Text) {
		next++
	}
	if next == len(words) || strings.HasPrefix(words[next].Text, "-") {
		return finding.Fix{}, false
	}
	return finding.Fix{
		Title:  "leave sudo out",
		Safety: safety,
		Edits:  []source.Edit{source.Delete(source.Span{Start: words[at].Orig.Start, End: words[next].Orig.Start})},
	}, true
}
