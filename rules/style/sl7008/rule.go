// Package sl7008 is the rule label-key.
package sl7008

import (
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL7008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL7008",
		Name:     "label-key",
		Aliases:  []string{"DL3048"},
		Category: rule.Style,
		Severity: finding.Info,
		Doc: rule.Doc{
			Title: "The name of a label breaks Docker's rules for names",
			Why: "Names of labels are in lower case, with letters at both ends and single dots or dashes in between. " +
				"Those that begin with com.docker., io.docker. and org.dockerproject. are Docker's own. Tools that filter by labels rely on it.",
			Bad:  "FROM alpine:3.22\nLABEL io.docker.team=\"web\" Team--Name=\"web\"\n",
			Good: "FROM alpine:3.22\nLABEL com.example.team=\"web\" com.example.team-name=\"web\"\n",
			More: []rule.Example{
				{Name: "the usual", Dockerfile: "FROM alpine:3.22\nLABEL org.opencontainers.image.title=a maintainer=b \"com.example.c\"=d e_f=g h1=i x=y\n"},
				{Name: "the ends", Dockerfile: "FROM alpine:3.22\nLABEL 1a=b\nLABEL .c=d\nLABEL e-=f\n", Lines: []int{2, 3, 4}},
				{Name: "a variable that is not set", Dockerfile: "FROM alpine:3.22\nLABEL a$b=c\n", Lines: []int{2}},
				{Name: "a variable", Dockerfile: "FROM alpine:3.22\nARG A\nLABEL $A=b\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/engine/manage-resources/labels/"},
		},
		Run: run,
	}
}

// form is the form of a name: underscores are not in Docker's rules but widely
// used, and no tool stumbles over them.
var form = regexp.MustCompile(`^[a-z](?:[a-z0-9_]|[.\-/][a-z0-9_])*$`)

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Label)
		if !ok {
			continue
		}
		for _, l := range c.Labels {
			name := strings.Trim(l.Name, `"'`)
			f := finding.Finding{Span: l.NameSpan}
			switch unset := unsetIn(p, i, p.Text(l.NameSpan)); {
			case unset != "":
				f.Message = "the name of the label has a $ in it, and " + unset + " is not set"
			case strings.Contains(p.Text(l.NameSpan), "$"):
				continue
			case reserved(name):
				f.Message = "the label " + name + " begins with a name that Docker keeps for itself"
			case !form.MatchString(name):
				f.Message = "the label " + name + " is not in lower case with single dots and dashes inside"
			default:
				continue
			}
			p.Report(f)
		}
	}
}

// unsetIn is a variable in a name that nothing sets, "" if there is none.
func unsetIn(p *rule.Pass, i *dockerfile.Instruction, name string) string {
	for _, match := range variable.FindAllStringSubmatch(name, -1) {
		if _, ok := i.Before.Env.Get(match[1]); !ok && !declared(p, match[1]) {
			return match[1]
		}
	}
	return ""
}

var variable = regexp.MustCompile(`\$\{?(\w+)`)

// declared reports whether some ARG of the file names a variable, so that the
// build may set it.
func declared(p *rule.Pass, name string) bool {
	is := func(v dockerfile.Var) bool { return v.Name == name }
	for i := range p.Instructions() {
		if arg, ok := i.Command.(*dockerfile.Arg); ok && slices.ContainsFunc(arg.Vars, is) {
			return true
		}
	}
	return false
}

// reserved reports whether a name is Docker's own.
func reserved(name string) bool {
	for _, prefix := range []string{"com.docker.", "io.docker.", "org.dockerproject."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
