// Package calls is what rules about package managers share: the calls of
// package managers in a file, with the environment that each runs in, and the
// caches that are left when a RUN has ended.
package calls

import (
	"path"
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

// Left is a cache that is still full when a RUN has ended.
type Left struct {
	pkgmgr.Cache
	// By is the last call that filled it.
	By Call
}

// Remedy is the command that empties it, run as the call is: behind the same
// sudo.
func (l Left) Remedy() string {
	for _, w := range l.By.Wrappers {
		if w == "sudo" || w == "doas" {
			return w + " " + l.CleanUp
		}
	}
	return l.CleanUp
}

// LeftIn are the caches that a RUN leaves full, in the order in which they are
// filled. Mounts are no part of the image, and what a later command of the
// same script removes is not left.
func LeftIn(p *rule.Pass, i *dockerfile.Instruction) []Left {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok {
		return nil
	}
	var left []Left
	home := pkgmgr.Home(i.Before.User)
	for _, s := range Steps(p, i) {
		left = slices.DeleteFunc(left, func(l Left) bool { return s.Empties(l.Cache, home) })
		if s.Call == nil {
			continue
		}
		for _, cache := range s.Call.Fills(s.Call.Env, home) {
			left = slices.DeleteFunc(left, func(l Left) bool { return l.Store == cache.Store })
			if !Mounted(run, cache) {
				left = append(left, Left{cache, *s.Call})
			}
		}
	}
	return left
}

// Empties reports whether a command empties or removes a cache.
func (s Step) Empties(c pkgmgr.Cache, home string) bool {
	return pkgmgr.Removes(s.Effective, c, home) || s.Call != nil && s.Call.Action.Empties(c)
}

// Mounted reports whether a mount of a RUN covers a cache.
func Mounted(run *dockerfile.Run, c pkgmgr.Cache) bool {
	return MountOf(run, c, "cache", "tmpfs") != nil
}

// MountOf is the first mount of these types that covers a cache, nil if there
// is none.
func MountOf(run *dockerfile.Run, c pkgmgr.Cache, types ...string) *dockerfile.Mount {
	for k := range run.Mounts {
		m := &run.Mounts[k]
		if !slices.Contains(types, m.Type) {
			continue
		}
		target := path.Clean(m.Target.Text)
		if slices.ContainsFunc(c.Paths, func(p string) bool {
			// A mount of a part of it, such as ~/.npm/_cacache, holds what counts.
			return p == target || strings.HasPrefix(p, target+"/") || c.Kind != pkgmgr.Lists && strings.HasPrefix(target, p+"/")
		}) {
			return m
		}
	}
	return nil
}

// Inside reports whether a path is a directory or in it.
func Inside(p, dir string) bool {
	dir = path.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// ListsUsedAfter reports whether a later RUN of the stage, or of one that
// starts from it, looks packages up in the lists that a manager has fetched
// before.
func ListsUsedAfter(p *rule.Pass, i *dockerfile.Instruction, m *pkgmgr.Manager) bool {
	after := false
	for next := range p.Instructions() {
		if next == i {
			after = true
			continue
		}
		if after && inherits(next.Stage, i.Stage) && InstallsFromLists(p, next, m) != nil {
			return true
		}
	}
	return false
}

// inherits reports whether a stage is another, or starts from it.
func inherits(s, from *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == from {
			return true
		}
	}
	return false
}

// InstallsFromLists is the first call in a RUN that looks packages up without
// fetching the lists before, nil if there is none.
func InstallsFromLists(p *rule.Pass, i *dockerfile.Instruction, m *pkgmgr.Manager) *Call {
	for _, c := range Of(p, i) {
		if c.Manager != m {
			continue
		}
		switch c.Verb {
		case pkgmgr.Update:
			return nil
		case pkgmgr.Install, pkgmgr.Upgrade, pkgmgr.DistUpgrade, pkgmgr.Download:
			return &c
		}
	}
	return nil
}

// MountText is the cache mount for a cache: --mount=type=cache,….
func MountText(c pkgmgr.Cache) string {
	text := "type=cache,target=" + c.Mount
	if c.Sharing != "" {
		text += ",sharing=" + c.Sharing
	}
	return text
}

// Buildkit reports whether a file uses what only BuildKit has, so that its
// author will not mind more of it.
func Buildkit(f *dockerfile.File) bool {
	if f.Syntax.Directive("syntax") != nil {
		return true
	}
	for _, s := range f.Stages {
		for _, i := range s.Instructions {
			if run, ok := i.Command.(*dockerfile.Run); ok && (len(run.Mounts) > 0 || run.Heredoc) {
				return true
			}
		}
	}
	return false
}

// Needless reports an apk update that only calls with --no-cache follow, in
// its stage and those that start from it: they do without the lists.
func Needless(p *rule.Pass, c Call) bool {
	if c.Manager.Name != "apk" || c.Verb != pkgmgr.Update || c.Has(pkgmgr.NoCache) {
		return false
	}
	after, found := false, false
	for _, later := range All(p) {
		if later.In == c.In && later.Script == c.Script && later.Index == c.Index {
			after = true
			continue
		}
		if !after || later.Manager != c.Manager || !inherits(later.In.Stage, c.In.Stage) || later.Verb == pkgmgr.Remove {
			continue
		}
		if !later.Has(pkgmgr.NoCache) {
			return false
		}
		found = true
	}
	return found
}
