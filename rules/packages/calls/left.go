package calls

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/script"
	"schlank/source"
)

// Left is a cache that is still full when a RUN has ended.
type Left struct {
	pkgmgr.Cache
	// By is the last call that filled it.
	By Call
	// Before are the calls in front of it that filled it too.
	Before []Call
}

// Remedy is the command that empties it, run as the call is: behind the same
// sudo.
func (l Left) Remedy() string {
	if sudo := l.By.sudo(); sudo != "" {
		return sudo + " " + l.CleanUp
	}
	return l.CleanUp
}

// Flag is the edits that give a flag to all calls that fill it; an apk update
// before them is needless then, and has a rule of its own.
func (l Left) Flag(text string) []source.Edit {
	edits := []source.Edit{edit.After(l.By.Action.Words[l.By.VerbWord], text)}
	for _, c := range l.Before {
		if c.Verb == pkgmgr.Update {
			continue
		}
		edits = append(edits, edit.After(c.Action.Words[c.VerbWord], text))
	}
	return edits
}

// sudo is the program that makes root run the call, "" if there is none.
func (c Call) sudo() string {
	for _, w := range c.Wrappers {
		if w == "sudo" || w == "doas" {
			return w
		}
	}
	return ""
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
			var before []Call
			left = slices.DeleteFunc(left, func(l Left) bool {
				if l.Store == cache.Store {
					before = append(l.Before, l.By)
				}
				return l.Store == cache.Store
			})
			if !Mounted(run, cache) {
				left = append(left, Left{cache, *s.Call, before})
			}
		}
	}
	return left
}

// Needed reports whether what is left may be read again: by a later RUN of the
// stage or of one that starts from it, or when the image starts. A script of
// the project may do that as well as the manager itself.
func (l Left) Needed(p *rule.Pass) bool {
	if !l.Reused {
		return false
	}
	for next := range p.Instructions() {
		if next.Span.Start <= l.By.In.Span.Start || !inherits(next.Stage, l.By.In.Stage) {
			continue
		}
		if l.neededBy(p, next) {
			return true
		}
	}
	return false
}

// neededBy reports whether an instruction may read what is left.
func (l Left) neededBy(p *rule.Pass, i *dockerfile.Instruction) bool {
	calls := func(e shellcmd.Effective) bool {
		a, ok := pkgmgr.Parse(e)
		return ok && a.Manager == l.Manager && a.Verb != pkgmgr.Clean
	}
	switch c := i.Command.(type) {
	case *dockerfile.Run:
		return c.Script == nil || c.Script.Opaque ||
			slices.ContainsFunc(Steps(p, i), func(s Step) bool { return calls(s.Effective) || mayCall(s.Effective) })
	case *dockerfile.Cmd:
		return starts(c.Script, calls)
	case *dockerfile.Entrypoint:
		return starts(c.Script, calls)
	}
	return false
}

// starts reports whether a script of a CMD or an ENTRYPOINT has such a command.
func starts(s *shellcmd.Script, is func(shellcmd.Effective) bool) bool {
	return s != nil && slices.ContainsFunc(s.Commands, func(c shellcmd.Command) bool { return is(c.Effective()) })
}

// mayCall reports whether a command may call others: a script or a tool that
// runs what a file of the project says.
func mayCall(e shellcmd.Effective) bool {
	if len(e.Words) == 0 {
		return false
	}
	w := e.Words[0]
	return !w.Static || strings.HasPrefix(w.Value, "./") || strings.HasSuffix(w.Value, ".sh") ||
		slices.Contains([]string{"sh", "bash", "make", "just", "task", "bazel", "source", "."}, e.Name)
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

// MountFlag is the flag that mounts a cache for what was left: --mount=…. A mount
// belongs to root; for another user it says so if the number of the user is
// known, and otherwise there is none that would be sure to work.
func (l Left) MountFlag() (string, bool) {
	text := "--mount=type=cache,target=" + l.Mount
	if l.Sharing != "" {
		text += ",sharing=" + l.Sharing
	}
	user, group, _ := strings.Cut(l.By.In.Before.User, ":")
	switch {
	case script.Windows(l.By.In.Stage):
		return "", false // the cache is elsewhere there
	case user == "" || user == "root" || user == "0" || l.By.sudo() != "":
		return text, true
	case !number(user):
		return "", false
	case number(group):
		return text + ",uid=" + user + ",gid=" + group, true
	}
	return text + ",uid=" + user, true
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// CleanUpSafety is how safe it is to empty it in the RUN: where only a branch
// of the script fills it, the program that empties it may not be there at all.
func (l Left) CleanUpSafety() finding.Safety {
	if strings.HasPrefix(l.CleanUp, "rm -rf /") {
		return finding.Equivalent
	}
	for _, c := range append(slices.Clone(l.Before), l.By) {
		if len(c.Command().Within) == 0 {
			return finding.Equivalent
		}
	}
	return finding.Suggestion
}
