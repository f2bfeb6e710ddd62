// Package sl7008 is the rule label-key.
package sl7008

import (
	"regexp"
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
			switch {
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

// reserved reports whether a name is Docker's own.
func reserved(name string) bool {
	for _, prefix := range []string{"com.docker.", "io.docker.", "org.dockerproject."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
