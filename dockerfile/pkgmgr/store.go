package pkgmgr

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
)

// StoreKind says what a store holds.
type StoreKind string

// The kinds of stores.
const (
	// Lists are lists of packages, with or without downloads beside them.
	Lists StoreKind = "lists"
	// Downloads are packages as they came.
	Downloads StoreKind = "downloads"
	// Builds are results of compiling.
	Builds StoreKind = "builds"
)

// Store is a directory that a manager fills for its own use: what is in it can
// be deleted once the packages are installed, or kept between builds by a
// cache mount.
type Store struct {
	Kind StoreKind
	// Verbs are those that fill it.
	Verbs []Verb
	// Env are the variables that say where it is; the first that is set
	// counts.
	Env []EnvDir
	// Paths are where it is otherwise, the likeliest first; ~ is the home
	// of the user. Which one depends on the version or the image.
	Paths []string
	// ByName is the likeliest path of programs for which it is not the first.
	ByName map[string]string
	// Mount is the directory to mount, if it is not the path itself, and
	// Sharing how builds that run at the same time can use it: "locked" when
	// the manager can't have another beside it, "" for BuildKit's default.
	Mount, Sharing string
	// Off is set when the NoCache option leaves the store empty.
	Off bool
	// SelfCleaning is set when official images come with a configuration that
	// empties the store after each command.
	SelfCleaning bool
	// Linked is set when what is installed are hard links to the files of the
	// store: in the layer of the installation they take no room besides.
	Linked bool
	// Reused is set when later commands of the manager read the store again:
	// when it is emptied, they download everything once more, or fail if they
	// are told to stay offline.
	Reused bool
	// CleanUp is the command that empties it, for a shell; {program} and {path}
	// are put in.
	CleanUp string
}

// EnvDir is a variable that holds a directory, and where below it a store is.
type EnvDir struct{ Name, Sub string }

// Cache is a store as an action uses it.
type Cache struct {
	*Store
	Manager *Manager
	// Paths are where it can be, absolute, the likeliest first.
	Paths []string
	// Mount is the directory for a cache mount.
	Mount string
	// CleanUp is the command that empties it.
	CleanUp string
}

// Home is the usual home of a user, who is named as in USER. Without a name
// that is root.
func Home(user string) string {
	name, _, _ := strings.Cut(user, ":")
	switch name {
	case "", "root", "0":
		return "/root"
	}
	return "/home/" + name
}

// Fills are the caches that the action leaves something in. env may be nil;
// home is what ~ means.
func (a Action) Fills(env Env, home string) []Cache { return a.caches(env, home, false) }

// Avoids are the caches that the action would fill if it were not told to do
// without.
func (a Action) Avoids(env Env, home string) []Cache { return a.caches(env, home, true) }

// caches are the stores of the action that are switched off, or those that
// are not.
func (a Action) caches(env Env, home string, off bool) []Cache {
	if a.Has(Dry) || a.Has(Offline) {
		return nil
	}
	var out []Cache
	for k := range a.Manager.Stores {
		s := &a.Manager.Stores[k]
		uses := slices.Contains(s.Verbs, a.Verb) || a.Has(Refresh) && slices.Contains(s.Verbs, Update)
		if uses && (s.Off && a.Enabled(NoCache, env)) == off {
			out = append(out, a.cache(s, env, home))
		}
	}
	return out
}

// cache says where a store is.
func (a Action) cache(s *Store, env Env, home string) Cache {
	c := Cache{Store: s, Manager: a.Manager, Mount: s.Mount}
	if dir := a.cacheDir(s, env); dir != "" {
		c.Paths, c.Mount = []string{dir}, dir
	} else {
		if p := s.ByName[a.Program]; p != "" {
			c.Paths, c.Mount = append(c.Paths, p), p
		}
		for _, p := range s.Paths {
			if p = inHome(p, home); !slices.Contains(c.Paths, p) {
				c.Paths = append(c.Paths, p)
			}
		}
		c.Mount = inHome(c.Mount, home)
		if c.Mount == "" {
			c.Mount = c.Paths[0]
		}
	}
	c.CleanUp = strings.NewReplacer("{program}", a.Program, "{path}", c.Paths[0]).Replace(s.CleanUp)
	return c
}

// cacheDir is where a flag or a variable puts a store, "" when none does.
func (a Action) cacheDir(s *Store, env Env) string {
	if dir := a.Setting(CacheDir); dir != nil && dir.Static && strings.HasPrefix(dir.Value, "/") && s == &a.Manager.Stores[0] {
		return path.Clean(dir.Value)
	}
	if env == nil {
		return ""
	}
	for _, e := range s.Env {
		if dir, ok := env(e.Name); ok && strings.HasPrefix(dir, "/") {
			return path.Join(dir, e.Sub)
		}
	}
	return ""
}

// inHome puts a home into a path.
func inHome(p, home string) string {
	if rest, ok := strings.CutPrefix(p, "~"); ok {
		return home + rest
	}
	return p
}

// Empties reports whether the action is a clean-up that empties a cache.
func (a Action) Empties(c Cache) bool {
	if a.Verb != Clean || a.Has(Dry) {
		return false
	}
	switch a.Manager.Name {
	case "apt":
		if strings.HasPrefix(a.VerbText, "dist") {
			return c.Manager == a.Manager
		}
		return c.Manager == a.Manager && c.Kind == Downloads
	case "go":
		return c.Manager == a.Manager && (c.Kind == Downloads && a.Args.Has("-modcache") || c.Kind == Builds && a.Args.Has("-cache"))
	case "dnf":
		// Of the parts only all of them are what fills the directory.
		return c.Manager == a.Manager && slices.ContainsFunc(a.Args.Operands, func(k int) bool { return a.text(k) == "all" })
	case "conda":
		return c.Manager == a.Manager && (a.Has(All) || a.Args.Has("-p", "--packages", "-t", "--tarballs"))
	case "pip":
		// pipenv fills pip's cache too.
		return c.Store.same(&pipStore)
	}
	return c.Manager == a.Manager
}

// same reports whether two stores are the same directory.
func (s *Store) same(t *Store) bool { return slices.Equal(s.Paths, t.Paths) && s.Kind == t.Kind }

// Removes reports whether a command deletes a cache, wholly or all that is in
// it: rm -r of it or of a directory above, find -delete, or the cache's own
// CleanUp. Of downloads and builds a part will do, such as ~/.npm/_cacache.
func Removes(e shellcmd.Effective, c Cache, home string) bool {
	if said(e) == c.CleanUp {
		return true
	}
	return slices.ContainsFunc(Removed(e, home), func(dir string) bool {
		return slices.ContainsFunc(c.Paths, func(p string) bool {
			return below(p, dir) || c.Kind != Lists && below(dir, p)
		})
	})
}

// said is a command as it is written, with single blanks.
func said(e shellcmd.Effective) string {
	var words []string
	for _, w := range e.Words {
		words = append(words, w.Text)
	}
	return strings.Join(words, " ")
}

// below reports whether p is dir or in it.
func below(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// Removed are the directories that a command deletes or empties, absolute.
func Removed(e shellcmd.Effective, home string) []string {
	var dirs []string
	switch e.Name {
	case "rm":
		args := e.Args(shellcmd.Options{})
		if !args.Has("-r", "-R", "--recursive") {
			// Without -r only files go; those of a directory given by a
			// wildcard are all it has, for lists and archives.
			for _, k := range args.Operands {
				if text := written(e.Words[k]); strings.HasSuffix(text, "/*") {
					dirs = append(dirs, text)
				}
			}
			break
		}
		for _, k := range args.Operands {
			dirs = append(dirs, written(e.Words[k]))
		}
	case "find":
		if !slices.ContainsFunc(e.Words, func(w shellcmd.Word) bool { return w.Value == "-delete" || w.Value == "rm" }) {
			break
		}
		for _, w := range e.Words[1:] {
			if strings.HasPrefix(w.Text, "-") {
				break
			}
			dirs = append(dirs, written(w))
		}
	}
	var out []string
	for _, d := range dirs {
		for _, d := range braces(d, maxBraces) {
			if d = directory(d, home); strings.HasPrefix(d, "/") {
				out = append(out, d)
			}
		}
	}
	return out
}

// written is a word without its quotes.
func written(w shellcmd.Word) string {
	if w.Static {
		return w.Value
	}
	return strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' {
			return -1
		}
		return r
	}, w.Text)
}

// directory is the directory that a path stands for whose contents a wildcard
// at the end takes.
func directory(p, home string) string {
	for _, prefix := range []string{"~", "$HOME", "${HOME}"} {
		if rest, ok := strings.CutPrefix(p, prefix); ok && (rest == "" || rest[0] == '/') {
			p = home + rest
			break
		}
	}
	if i := strings.IndexAny(p, "*?["); i >= 0 {
		last := strings.LastIndexByte(p[:i], '/')
		// /a/b* takes more than nothing of /a, but not all of it, unless it
		// is /a/*, and the lists' usual /a/*_*.
		if last < 0 || !strings.Contains("*", p[last+1:i+1]) || strings.Contains(p[i:], "/") {
			return ""
		}
		p = p[:last]
		if p == "" {
			return ""
		}
	}
	if p == "" {
		return ""
	}
	return path.Clean(p)
}

// maxBraces bounds how many words one word with braces becomes.
const maxBraces = 64

// braces expands {a,b} as bash does.
func braces(text string, limit int) []string {
	open := strings.IndexByte(text, '{')
	if open < 0 || open > 0 && text[open-1] == '$' {
		return []string{text}
	}
	end := strings.IndexByte(text[open:], '}')
	if end < 0 || !strings.Contains(text[open:open+end], ",") {
		return []string{text}
	}
	var out []string
	tails := braces(text[open+end+1:], limit)
	for _, part := range strings.Split(text[open+1:open+end], ",") {
		for _, rest := range tails {
			if len(out) >= limit {
				return out
			}
			out = append(out, text[:open]+part+rest)
		}
	}
	return out
}
