// Package sl5007 is the rule rm-unset.
package sl5007

import (
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/script"
	"schlank/source"
)

// Rule is SL5007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL5007",
		Name:     "rm-unset",
		Aliases:  []string{"SC2115"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "rm deletes the whole system if a variable is empty",
			Why: "With an empty DIR, \"$DIR/\"* is every directory of the image. A build argument that nobody gives, or a typing error, is enough, and rm does not ask. " +
				"${DIR:?} stops the command instead.",
			Bad:  "FROM debian:12\nARG PREFIX\nRUN rm -rf \"$PREFIX/\"*\n",
			Good: "FROM debian:12\nARG PREFIX\nRUN rm -rf \"${PREFIX:?}/\"*\n",
			More: []rule.Example{
				{Name: "in braces", Dockerfile: "FROM debian:12\nRUN rm -r ${X}/lib $Y/* /opt/$Z/*\n", Lines: []int{2, 2}, Fixed: "FROM debian:12\nRUN rm -r ${X:?}/lib ${Y:?}/* /opt/$Z/*\n"},
				{Name: "it is set, or checked", Dockerfile: "FROM debian:12\nENV D=/opt/app\nRUN rm -rf $D/* && E=/tmp/x && rm -rf \"$E/\" && rm -rf ${F:?}/ && rm \"$G/x\" && rm -rf \"$H\" && rm -rf \"$I/app\"\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_02"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range script.All(p) {
		if !strings.Contains(s.Text.Text(), "rm") {
			continue
		}
		var uses []shellcmd.Variable
		for _, c := range s.Commands {
			e := c.Effective()
			if e.Name != "rm" || !e.Args(shellcmd.Options{}).Has("-r", "-R", "--recursive") {
				continue
			}
			if uses == nil {
				uses, _ = s.Variables()
			}
			for _, w := range e.Words[1:] {
				if k := slices.IndexFunc(uses, func(v shellcmd.Variable) bool { return w.Span.Contains(v.Span) }); k >= 0 {
					look(p, s, w, uses[k])
				}
			}
		}
	}
}

// look reports a word that is a directory of the system if the variable that
// it starts with is empty.
func look(p *rule.Pass, s script.Script, w shellcmd.Word, v shellcmd.Variable) {
	text := s.Text.Text()
	before := text[w.Span.Start:v.Span.Start]
	after := strings.ReplaceAll(text[v.Span.End:w.Span.End], `"`, "")
	if strings.Trim(before, `"`) != "" || !v.Plain || v.Guarded || !system(after) || isSet(s, v) {
		return
	}
	f := finding.Finding{
		Span:    v.Orig,
		Message: "if " + v.Name + " is empty, this deletes " + strings.TrimSuffix(after, "*"),
		Hint:    "write ${" + v.Name + ":?}, which stops if it is empty",
	}
	if s.Exact(v.Span) {
		f.Fixes = []finding.Fix{{
			Title: "stop if " + v.Name + " is empty", Safety: finding.Equivalent,
			Edits: []source.Edit{{Span: v.Orig, New: "${" + v.Name + ":?}"}},
		}}
	}
	p.Report(f)
}

// system reports whether a path is the root or a directory of every system.
func system(name string) bool {
	switch strings.TrimRight(strings.TrimSuffix(name, "*"), "/") {
	case "":
		return strings.HasPrefix(name, "/")
	case "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/root", "/sbin", "/srv", "/tmp", "/usr", "/var":
		return true
	}
	return false
}

// isSet reports whether a variable is known not to be empty.
func isSet(s script.Script, v shellcmd.Variable) bool {
	if value, ok := s.In.Before.Env.Get(v.Name); ok && value != "" {
		return true
	}
	for at := &s; at != nil; at = at.Outer {
		for _, c := range at.Commands {
			for _, a := range c.Assigns {
				if a.Name == v.Name && (!a.Value.Static || a.Value.Value != "") {
					return true
				}
			}
		}
	}
	return false
}
