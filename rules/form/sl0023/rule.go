// Package sl0023 is the rule undefined-variable.
package sl0023

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

// Rule is SL0023.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0023",
		Name:     "undefined-variable",
		Aliases:  []string{"UndefinedVar"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A variable is used that is not set",
			Why: "A variable that is not set becomes nothing, so COPY $DIR /app silently copies the whole context. " +
				"The variables of one stage are not those of another, and an ARG before the first FROM counts in a stage only after the stage repeats it. " +
				"What a base image sets is known for many official images; for others the rule speaks only when a slip is likely.",
			Bad:  "FROM alpine:3.22\nARG DIR_ASSETS=assets/\nCOPY $DIR_ASSET /srv/\n",
			Good: "FROM alpine:3.22\nARG DIR_ASSETS=assets/\nCOPY $DIR_ASSETS /srv/\n",
			More: []rule.Example{
				{Name: "an ARG that the stage does not repeat", Lines: []int{3},
					Dockerfile: "ARG VERSION=1\nFROM example.com/base:$VERSION\nCOPY app-$VERSION.jar /app.jar\n",
					Fixed:      "ARG VERSION=1\nFROM example.com/base:$VERSION\nARG VERSION\nCOPY app-$VERSION.jar /app.jar\n"},
				{Name: "the platform must be repeated too", Lines: []int{3},
					Dockerfile: "FROM example.com/base:1\r\n# the program\r\nCOPY bin/$TARGETARCH/app /app\r\n",
					Fixed:      "FROM example.com/base:1\r\nARG TARGETARCH\r\n# the program\r\nCOPY bin/$TARGETARCH/app /app\r\n"},
				{Name: "declared without a value", Dockerfile: "FROM alpine:3.22\nARG A\nCOPY a$A /a\n"},
				{Name: "declared in the same ARG", Dockerfile: "FROM alpine:3.22\nARG A B=$A\n"},
				{Name: "declared in the parent", Dockerfile: "FROM alpine:3.22 AS a\nARG A\nFROM a\nCOPY a$A /a\n"},
				{Name: "declared in a neighbour", Dockerfile: "FROM alpine:3.22 AS a\nARG A\nFROM alpine:3.22\nCOPY a$A /a\n", Lines: []int{4}},
				{Name: "what an image is known to set", Dockerfile: "FROM golang:1.25\nWORKDIR $GOPATH/src\nENV PATH=/x:$PATH\n"},
				{Name: "what an image may set", Dockerfile: "FROM example.com/jdk:21\nENV PATH=$JAVA_HOME/bin:$PATH\n"},
				{Name: "of scratch all is known", Dockerfile: "FROM scratch\nENV PATH=/x:$PATH A=$B\n", Lines: []int{2}},
				{Name: "twice in an instruction", Dockerfile: "FROM alpine:3.22\nENV A=$B C=$B\nARG D=$E\n", Lines: []int{2, 2, 3}},
				{Name: "in a mount and in a heredoc", Dockerfile: "FROM alpine:3.22\nRUN --mount=type=cache,target=$C echo $D\nCOPY <<EOF /x\n$E\nEOF\nCOPY <<'EOF' /y\n$E\nEOF\n", Lines: []int{2, 4}},
				{Name: "in a name", Dockerfile: "FROM alpine:3.22\nLABEL a.$B=c\n", Lines: []int{2}},
				{Name: "later in an ONBUILD", Dockerfile: "FROM alpine:3.22\nONBUILD COPY $A /a\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/undefined-var/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		l := look{Pass: p, stage: s, declared: declared(s.Parent)}
		for _, i := range s.Instructions {
			l.instruction(i)
		}
	}
}

// look is the state of looking through a stage.
type look struct {
	*rule.Pass
	stage *dockerfile.Stage
	// declared are the ARGs so far, with a value or not.
	declared []string
}

// declared are the ARGs that a stage and its parents declare.
func declared(s *dockerfile.Stage) []string {
	var out []string
	for ; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			out = append(out, args(i)...)
		}
	}
	return out
}

// args are the names that an ARG declares.
func args(i *dockerfile.Instruction) []string {
	arg, ok := i.Command.(*dockerfile.Arg)
	if !ok {
		return nil
	}
	var out []string
	for _, v := range arg.Vars {
		out = append(out, v.Name)
	}
	return out
}

func (l *look) instruction(i *dockerfile.Instruction) {
	names := args(i)
	for k, v := range l.values(i) {
		for _, name := range v.Missing {
			if !slices.Contains(l.declared, name) {
				l.missing(i, v, name)
			}
		}
		if k < len(names) { // the next default of an ARG sees this one
			l.declared = append(l.declared, names[k])
		}
	}
}

// missing reports a variable that is not set, unless the base image may set it.
func (l *look) missing(i *dockerfile.Instruction, v dockerfile.Value, name string) {
	if name == "BUILDKIT_SBOM_SCAN_CONTEXT" || name == "BUILDKIT_SBOM_SCAN_STAGE" {
		return
	}
	known := append(l.declared[:len(l.declared):len(l.declared)], i.Before.Env.Names()...)
	near := syntax.Nearest(name, known)
	global := l.global(name)
	base := l.stage.Root().Base.Text
	if base == "scratch" && name == "PATH" {
		return // BuildKit sets it
	}
	if !l.stage.BaseKnown {
		set, sure := imageSets(base)
		if slices.Contains(set, name) || !sure && near == "" && !global {
			return
		}
	}
	f := finding.Finding{Span: v.Variable(name), Message: "the variable " + name + " is not set"}
	switch {
	case global:
		f.Message += " in this stage"
		f.Hint = "repeat ARG " + name + " after the FROM of the stage"
		f.Fixes = []finding.Fix{{
			Title: "declare " + name + " before this instruction", Safety: finding.Suggestion,
			Edits: []source.Edit{source.Insert(l.File.Syntax.Above(i.Instruction), "ARG "+name+l.File.Source.Newline())},
		}}
	case near != "":
		f.Hint = "did you mean " + near + "?"
		if canBeUsed(near) {
			f.Fixes = []finding.Fix{{
				Title: "write " + near, Safety: finding.Suggestion, Edits: []source.Edit{{Span: f.Span, New: near}},
			}}
		}
	default:
		f.Hint = "declare it with ARG or ENV, or give a default: ${" + name + ":-…}"
	}
	l.Report(f)
}

// canBeUsed reports whether $ and a name stand for the variable of that name.
// ARG and ENV take any name.
func canBeUsed(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == "" && name[0] > '9'
}

// global reports whether a variable is set before the first FROM, so that an
// ARG in the stage would bring it in.
func (l *look) global(name string) bool {
	if _, ok := l.File.Args.Get(name); ok {
		return true
	}
	return slices.ContainsFunc(l.File.Global, func(i *dockerfile.Instruction) bool { return slices.Contains(args(i), name) })
}
