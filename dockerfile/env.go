package dockerfile

import (
	"path"
	"slices"
	"strings"
)

// Env is a set of variables. Adding to it makes a new one; the zero value is
// empty.
type Env struct{ last *binding }

// binding is a variable and those that were set before it.
type binding struct {
	name, value string
	known       bool
	image       bool // set by ENV, so it is in the image's configuration
	before      *binding
}

// Get is the value of a variable and whether it is set.
func (e Env) Get(name string) (string, bool) {
	if b := e.find(name); b != nil {
		return b.value, true
	}
	return "", false
}

// Known reports whether the value of a variable that is set is sure: it does
// not depend on one that is not known, such as one of the base image.
func (e Env) Known(name string) bool {
	b := e.find(name)
	return b != nil && b.known
}

// Image is the variables that end up in the image, NAME=value, in the order
// in which they were first set.
func (e Env) Image() []string {
	var names []string
	values := map[string]string{}
	for b := e.last; b != nil; b = b.before {
		if !b.image {
			continue
		}
		if _, ok := values[b.name]; !ok {
			values[b.name] = b.value
		} else {
			names = slices.DeleteFunc(names, func(n string) bool { return n == b.name })
		}
		names = append(names, b.name)
	}
	slices.Reverse(names)
	for k, n := range names {
		names[k] = n + "=" + values[n]
	}
	return names
}

// Names are the variables that are set, sorted.
func (e Env) Names() []string {
	var out []string
	for b := e.last; b != nil; b = b.before {
		out = append(out, b.name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// find is the last binding of a name.
func (e Env) find(name string) *binding {
	for b := e.last; b != nil; b = b.before {
		if b.name == name {
			return b
		}
	}
	return nil
}

// with is e with a build variable set.
func (e Env) with(name, value string, known bool) Env {
	return Env{&binding{name: name, value: value, known: known, before: e.last}}
}

// withImage is e with a variable of the image set.
func (e Env) withImage(name, value string, known bool) Env {
	return Env{&binding{name: name, value: value, known: known, image: true, before: e.last}}
}

// State is the circumstances of an instruction that those before it made.
type State struct {
	// Env is ENVs and the ARGs that are declared.
	Env Env
	// Workdir is the working directory, "" when only the base image knows it.
	// One that is relative to a directory that is not known has no leading
	// slash.
	Workdir string
	// User is the user, "" when only the base image knows it.
	User string
	// Shell is what runs commands in shell form.
	Shell []string
	// ReadAs is the shell that a comment for hadolint says commands in shell
	// form are for, "" without one and after a SHELL.
	ReadAs string
}

// defaultShell runs commands when there is no SHELL.
func defaultShell() []string { return []string{"/bin/sh", "-c"} }

// baseState is the state at the start of a stage from the image base, and
// whether that is known.
func (f *File) baseState(reference string) (State, bool) {
	s := State{Shell: defaultShell()}
	if reference == "scratch" {
		s.Workdir, s.User = "/", "root"
		return s, true
	}
	if f.options.Base == nil {
		return s, false
	}
	base, ok := f.options.Base(reference)
	if !ok {
		return s, false
	}
	for _, e := range base.Env {
		name, value, _ := strings.Cut(e, "=")
		s.Env = s.Env.withImage(name, value, true)
	}
	s.Workdir, s.User = "/", "root"
	if base.Workdir != "" {
		s.Workdir = base.Workdir
	}
	if base.User != "" {
		s.User = base.User
	}
	if len(base.Shell) > 0 {
		s.Shell = base.Shell
	}
	return s, true
}

// after is the state after the instruction.
func (i *Instruction) after(s State, f *File) State {
	switch c := i.Command.(type) {
	case *EnvVars:
		for _, v := range c.Vars {
			s.Env = s.Env.withImage(v.Name, v.Value.Text, v.Value.Known)
		}
	case *Arg:
		for _, v := range c.Vars {
			s.Env = f.declare(s.Env, v)
		}
	case *Workdir:
		s.Workdir = join(s.Workdir, c.Path.Text)
	case *User:
		s.User = c.User.Text
	case *Shell:
		if len(c.Words) > 0 {
			s.Shell, s.ReadAs = c.Words, ""
		}
	}
	return s
}

// declare is env after an ARG in a stage: the value that was given, else the
// default, else what the global ARG of that name says, else nothing.
func (f *File) declare(env Env, v Var) Env {
	if value, given := f.options.BuildArgs[v.Name]; given {
		return env.with(v.Name, value, true)
	}
	if v.HasValue {
		value := f.expand(v.Value, env)
		return env.with(v.Name, value.Text, value.Known)
	}
	if value, ok := f.Args.Get(v.Name); ok {
		return env.with(v.Name, value, f.Args.Known(v.Name))
	}
	return env
}

// Defaults are the defaults of an ARG with variables put in, in order: each
// sees the variables before it. Those without a default are empty.
func (f *File) Defaults(i *Instruction) []Value {
	arg, ok := i.Command.(*Arg)
	if !ok {
		return nil
	}
	quiet := f.quiet()
	env := i.Before.Env
	var out []Value
	for _, v := range arg.Vars {
		value := Value{}
		if v.HasValue {
			value = quiet.expand(v.Value, env)
		}
		out = append(out, value)
		env = quiet.declare(env, v)
	}
	return out
}

// DefaultBase is what the base of a stage comes to when the build sets no
// variables.
func (f *File) DefaultBase(s *Stage) Value {
	return f.quiet().expand(s.Base, f.defaults)
}

// join is the directory that a WORKDIR changes to.
func join(dir, to string) string {
	if strings.HasPrefix(to, "/") {
		return path.Clean(to)
	}
	return path.Join(dir, to)
}

// platformArgs are the variables that every build has.
func platformArgs(o Options) Env {
	var e Env
	set := func(prefix, platform string) {
		if platform == "" {
			platform = "linux/amd64"
		}
		parts := append(strings.SplitN(platform, "/", 3), "", "")
		e = e.with(prefix+"PLATFORM", platform, true)
		e = e.with(prefix+"OS", parts[0], true)
		e = e.with(prefix+"OSVERSION", "", true)
		e = e.with(prefix+"ARCH", parts[1], true)
		e = e.with(prefix+"VARIANT", parts[2], true)
	}
	set("BUILD", o.BuildPlatform)
	set("TARGET", o.TargetPlatform)
	target := o.Target
	if target == "" {
		target = "default"
	}
	e = e.with("TARGETSTAGE", target, true)
	for _, name := range e.Names() {
		if value, given := o.BuildArgs[name]; given {
			e = e.with(name, value, true)
		}
	}
	return e
}
