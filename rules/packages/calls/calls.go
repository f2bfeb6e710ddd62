// Package calls is what rules about package managers share: the calls of
// package managers in a file, with the environment that each runs in, and the
// caches that are left when a RUN has ended.
package calls

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
)

// Call is a call of a package manager.
type Call struct {
	rule.Shell
	pkgmgr.Action
}

// Step is a command of a RUN. Call is set if it calls a package manager.
type Step struct {
	rule.Shell
	Call *Call
}

// known is what is found out about a file once.
type known struct {
	all   []Call
	of    map[*dockerfile.Instruction][]Call
	steps map[*dockerfile.Instruction][]Step
}

type key struct{}

// read finds the calls of a file.
func read(p *rule.Pass) *known {
	return rule.Memo(p, key{}, func() *known {
		k := &known{of: map[*dockerfile.Instruction][]Call{}, steps: map[*dockerfile.Instruction][]Step{}}
		for s := range p.Commands() {
			step := Step{Shell: s}
			if a, ok := pkgmgr.Parse(s.Effective); ok {
				step.Call = &Call{s, a}
				k.all = append(k.all, *step.Call)
				k.of[s.In] = append(k.of[s.In], *step.Call)
			}
			k.steps[s.In] = append(k.steps[s.In], step)
		}
		return k
	})
}

// All are the calls in a file, in order.
func All(p *rule.Pass) []Call { return read(p).all }

// Of are the calls in an instruction, in order.
func Of(p *rule.Pass, i *dockerfile.Instruction) []Call { return read(p).of[i] }

// Steps are all commands of an instruction, in order.
func Steps(p *rule.Pass, i *dockerfile.Instruction) []Step { return read(p).steps[i] }

// Home is the home of the user who runs it.
func (c Call) Home() string { return pkgmgr.Home(c.In.Before.User) }

// Env looks up what is known of the environment of a call: ENV and ARG, what
// the script exported before, and what is assigned in front of the command.
func (c Call) Env(name string) (string, bool) {
	for _, a := range slices.Backward(c.Command().Assigns) {
		if a.Name == name {
			return a.Value.Value, true
		}
	}
	for k := c.Index - 1; k >= 0; k-- {
		if v, ok := exported(&c.Script.Commands[k], name); ok {
			return v, true
		}
	}
	return c.In.Before.Env.Get(name)
}

// exported is the value that a command exports under a name.
func exported(c *shellcmd.Command, name string) (string, bool) {
	if c.Name != "export" {
		return "", false
	}
	for _, w := range c.Words[1:] {
		if key, value, ok := strings.Cut(w.Value, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}
