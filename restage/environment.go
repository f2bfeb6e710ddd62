package restage

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile"
)

// environment writes the variables of the original: those that its base sets
// and the slim one does not, then those of its instructions.
func (w *writer) environment() error {
	if err := w.inheritedEnv(); err != nil {
		return err
	}
	args := usedArgs(w.in)
	for _, i := range chain(w.in) {
		switch i.Command.(type) {
		case *dockerfile.EnvVars:
			w.original(i)
		case *dockerfile.Arg:
			if args[i] {
				w.original(i)
			}
		}
	}
	return nil
}

// usedArgs are the ARG instructions that the run-time stage's own
// instructions refer to, directly or through another ARG.
func usedArgs(in Input) map[*dockerfile.Instruction]bool {
	used := map[*dockerfile.Instruction]bool{}
	var texts []string
	list := chain(in)
	slices.Reverse(list)
	for _, i := range list {
		switch c := i.Command.(type) {
		case *dockerfile.EnvVars, *dockerfile.Label, *dockerfile.Expose, *dockerfile.Volume, *dockerfile.StopSignal, *dockerfile.Onbuild:
			texts = append(texts, i.Logical().Text())
		case *dockerfile.Arg:
			for _, v := range c.Vars {
				if refers(texts, v.Name) {
					used[i] = true
				}
			}
			if used[i] {
				texts = append(texts, i.Logical().Text())
			}
		}
	}
	return used
}

// refers reports whether one of the texts expands a variable.
func refers(texts []string, name string) bool {
	re := regexp.MustCompile(`\$(\{[#!]?)?` + regexp.QuoteMeta(name) + `([^A-Za-z0-9_]|$)`)
	return slices.ContainsFunc(texts, re.MatchString)
}

// variableName is what an ENV can set (environ(7) allows more, but no shell
// can read it).
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// inheritedEnv sets the variables that the original base sets and the slim
// one does not. Siblings with the same software set the same, so this is for
// bases of other software. What only names directories that stay behind is
// left out.
func (w *writer) inheritedEnv() error {
	own := map[string]bool{}
	for _, i := range chain(w.in) {
		if e, ok := i.Command.(*dockerfile.EnvVars); ok {
			for _, v := range e.Vars {
				own[v.Name] = true
			}
		}
	}
	var pairs []string
	for _, kv := range w.in.Image.Config.Env {
		name, value, _ := strings.Cut(kv, "=")
		if own[name] || slices.Contains(w.in.Slim.Config.Env, kv) {
			continue
		}
		if value = w.present(value); value == "" || slices.Contains(w.in.Slim.Config.Env, name+"="+value) {
			continue
		}
		if !variableName.MatchString(name) || !writable(value) {
			return noRewrite("the base image sets the variable %q to something that ENV cannot write", name)
		}
		pairs = append(pairs, name+"="+envQuote(value, w.in.File.Syntax.Escape))
	}
	if len(pairs) > 0 {
		w.line(w.wrap(append([]string{"ENV"}, pairs...)))
	}
	return nil
}

// present drops the directories that a value lists and the run-time stage
// will not have: those of the base image's own software.
func (w *writer) present(value string) string {
	if !path.IsAbs(value) {
		return value
	}
	var keep []string
	for _, p := range strings.Split(value, ":") {
		f, _ := w.in.Image.Tree.Resolve(p)
		if slim, _ := w.in.Slim.Tree.Resolve(p); slim != nil || f != nil && !w.fromBase(f.Path) {
			keep = append(keep, p)
		}
	}
	return strings.Join(keep, ":")
}

// fromBase reports a path in which everything comes from the original base.
func (w *writer) fromBase(p string) bool {
	for _, f := range w.in.Image.Tree.Under(p) {
		if f.Layer >= w.in.BaseLayers {
			return false
		}
	}
	return true
}
