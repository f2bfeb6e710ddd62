package script

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
)

// unsetKey is the key of what Unset knows.
type unsetKey struct{}

// Unset are the uses of variables that neither the file nor the script sets,
// and that say nothing about that case. A script that reads another file or
// evaluates a text has none, since that may set anything.
func Unset(p *rule.Pass) []shellcmd.Variable {
	return rule.Memo(p, unsetKey{}, func() []shellcmd.Variable {
		var out []shellcmd.Variable
		for _, s := range All(p) {
			out = append(out, unset(s)...)
		}
		return out
	})
}

func unset(s Script) []shellcmd.Variable {
	if !strings.Contains(s.Text.Text(), "$") || open(s) {
		return nil
	}
	uses, set := s.Variables()
	for outer := s.Outer; outer != nil; outer = outer.Outer {
		_, more := outer.Variables()
		for name := range more {
			set[name] = true
		}
	}
	var out []shellcmd.Variable
	for _, v := range uses {
		if v.Guarded || set[v.Name] || builtIn(v.Name) || inFile(s, v.Name) {
			continue
		}
		out = append(out, v)
	}
	return out
}

// open reports whether a script, or one around it, may get variables from
// elsewhere.
func open(s Script) bool {
	for at := &s; at != nil; at = at.Outer {
		for _, c := range at.Commands {
			switch c.Effective().Name {
			case "source", ".", "eval":
				return true
			}
		}
	}
	return false
}

// inFile reports whether the file sets a variable for a RUN.
func inFile(s Script, name string) bool {
	if _, ok := s.In.Before.Env.Get(name); ok || Declares(s.In, name) {
		return true
	}
	for _, m := range s.Run.Mounts {
		for _, o := range m.Options {
			if m.Type == "secret" && o.Key == "env" && o.Value.Text == name {
				return true
			}
		}
	}
	return false
}

// builtIn reports whether a shell or a build sets a variable by itself.
func builtIn(name string) bool {
	switch strings.ToLower(name) {
	case "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy":
		return true
	}
	switch name {
	case "PATH", "HOME", "PWD", "OLDPWD", "SHELL", "USER", "LOGNAME", "HOSTNAME", "TERM", "LANG", "IFS", "PS1", "PS2", "PS4", "PPID", "LINENO",
		"OPTARG", "OPTIND", "REPLY", "SHLVL", "TMPDIR", "LC_ALL", "COLUMNS", "LINES", "MAIL", "UID", "EUID", "GROUPS", "RANDOM", "SECONDS",
		"BASH", "BASH_VERSION", "BASH_SOURCE", "BASH_REMATCH", "BASHPID", "FUNCNAME", "PIPESTATUS", "OSTYPE", "MACHTYPE", "HOSTTYPE",
		"EPOCHSECONDS", "SRANDOM", "DIRSTACK", "COMP_WORDS", "MAPFILE":
		return true
	}
	return false
}

// Upper reports whether a name has no letter in lower case, as those have that
// an environment sets.
func Upper(name string) bool { return strings.ToUpper(name) == name }

// Env are the names of all variables that a RUN gets from the file.
func Env(in *dockerfile.Instruction) []string {
	out := in.Before.Env.Names()
	for s := in.Stage; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			if arg, ok := i.Command.(*dockerfile.Arg); ok && (s != in.Stage || i.Span.Start < in.Span.Start) {
				for _, v := range arg.Vars {
					out = append(out, v.Name)
				}
			}
		}
	}
	return out
}
