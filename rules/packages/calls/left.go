package calls

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/rule"
)

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

// MountText is the cache mount for a cache: --mount=type=cache,….
func MountText(c pkgmgr.Cache) string {
	text := "type=cache,target=" + c.Mount
	if c.Sharing != "" {
		text += ",sharing=" + c.Sharing
	}
	return text
}
