package trace

import (
	"path"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/rules/script"
)

// unknown begins paths in a working directory that only the base image knows.
const unknown = "?"

// start is the directory that an instruction begins in.
func start(workdir string) string {
	if path.IsAbs(workdir) {
		return path.Clean(workdir)
	}
	return path.Join(unknown, workdir)
}

// Clean is the absolute path of a name in a working directory.
func Clean(workdir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(start(workdir), name)
}

// Inside reports whether a path is a directory or in it.
func Inside(name, dir string) bool {
	return name == dir || dir == "/" && path.IsAbs(name) || strings.HasPrefix(name, dir+"/")
}

// shared reports whether a directory is one that much is in besides what an
// instruction puts there.
func shared(dir string) bool {
	switch dir {
	case "/", unknown, "/usr", "/usr/local", "/bin", "/sbin", "/lib", "/etc", "/opt", "/root", "/home", "/srv", "/var", "/tmp", "/mnt", "/media",
		"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/src", "/usr/include", "/usr/local/bin", "/usr/local/lib", "/usr/local/share",
		"/usr/local/sbin", "/usr/local/include", "/usr/local/src", "/var/lib", "/var/cache", "/var/log", "/var/tmp", "/var/www", "/run":
		return true
	}
	return false
}

// Hits reports whether a deletion takes away what was made, or a part of it.
func Hits(deleted, made Event) bool {
	pattern, parts := split(deleted.Path), split(made.Path)
	for k := range min(len(pattern), len(parts)) {
		if ok, err := path.Match(pattern[k], parts[k]); err != nil || !ok {
			return false
		}
	}
	switch {
	case len(pattern) == len(parts):
		return true
	case len(pattern) < len(parts):
		return deleted.Tree
	}
	return made.Tree && !shared(made.Path)
}

// Takes reports whether a deletion takes away all of what was made. All that is
// in a directory is as good as the directory.
func Takes(deleted, made Event) bool {
	if made.Tree && deleted.Tree {
		deleted.Path = strings.TrimSuffix(deleted.Path, "/*")
	}
	return Hits(deleted, made) && len(split(deleted.Path)) <= len(split(made.Path))
}

func split(name string) []string { return strings.Split(strings.Trim(name, "/"), "/") }

// changed is the directory after a cd.
func (c command) changed() string {
	if len(c.Words) < 2 {
		return pkgmgr.Home(c.walker.in.Before.User)
	}
	if name, ok := c.path(c.Words[len(c.Words)-1]); ok {
		return name
	}
	// Somewhere: what happens there has nothing to do with other paths.
	return unknown + c.Words[len(c.Words)-1].Text
}

// path is the absolute path that a word stands for.
func (c command) path(w shellcmd.Word) (string, bool) {
	name, ok := c.text(w)
	if !ok || name == "" || strings.HasPrefix(name, "-") {
		return "", false
	}
	if rest, home := strings.CutPrefix(name, "~"); home && (rest == "" || rest[0] == '/') {
		return path.Join(pkgmgr.Home(c.walker.in.Before.User), rest), true
	}
	if strings.HasPrefix(name, "/") {
		return path.Clean(name), true
	}
	return path.Join(c.dir, name), true
}

// text is what a word comes to, with variables of the file put in. An ARG that
// has no value stays: it is the same wherever it stands.
func (c command) text(w shellcmd.Word) (string, bool) {
	if w.Static {
		return w.Value, true
	}
	var b strings.Builder
	rest := strings.Map(func(r rune) rune {
		if r == '"' {
			return -1
		}
		return r
	}, w.Text)
	if strings.ContainsAny(rest, "'\\`") || strings.Contains(rest, "$(") {
		return "", false
	}
	for {
		k := strings.IndexByte(rest, '$')
		if k < 0 {
			b.WriteString(rest)
			return b.String(), true
		}
		b.WriteString(rest[:k])
		name, after, ok := variable(rest[k+1:])
		if !ok {
			return "", false
		}
		value, ok := c.value(name)
		if !ok {
			return "", false
		}
		b.WriteString(value)
		rest = after
	}
}

// variable cuts the name of a variable, NAME or {NAME}, off a text.
func variable(text string) (name, rest string, ok bool) {
	if inner, braces := strings.CutPrefix(text, "{"); braces {
		name, rest, ok = strings.Cut(inner, "}")
		return name, rest, ok && isName(name)
	}
	n := 0
	for n < len(text) && (text[n] == '_' || text[n] >= '0' && text[n] <= '9' || text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	return text[:n], text[n:], isName(text[:n])
}

func isName(name string) bool {
	return name != "" && (name[0] < '0' || name[0] > '9') &&
		strings.Trim(name, "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// value is the value of a variable: one that the script gave it, one of the
// file, or its own name for an ARG without value.
func (c command) value(name string) (string, bool) {
	for k := c.Index - 1; k >= 0; k-- {
		for _, a := range c.Script.Commands[k].Assigns {
			if a.Name == name && len(c.Script.Commands[k].Words) == 0 {
				return a.Value.Value, a.Value.Static
			}
		}
	}
	env := c.walker.in.Before.Env
	if value, ok := env.Get(name); ok {
		return value, env.Known(name)
	}
	return "${" + name + "}", script.Declares(c.walker.in, name)
}

// baseOf is the name that a download gets from its address.
func baseOf(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	_, after, ok := strings.Cut(address, "://")
	if !ok {
		after = address
	}
	if !strings.Contains(after, "/") || strings.HasSuffix(after, "/") {
		return ""
	}
	return path.Base(after)
}

// stem is the name of an archive without its endings: what most archives
// unpack to.
func stem(name string) string {
	base := path.Base(name)
	for _, end := range []string{".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz", ".tgz", ".tbz2", ".txz", ".tbz", ".tar", ".zip"} {
		if s, ok := strings.CutSuffix(base, end); ok {
			return s
		}
	}
	return ""
}

// IsArchive reports whether a name is that of an archive.
func IsArchive(name string) bool { return stem(name) != "" }
