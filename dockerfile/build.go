package dockerfile

import (
	"strconv"
	"strings"
	"time"

	"schlank/dockerfile/syntax"
)

// command reads what an instruction does, and notes what is wrong with it.
func (f *File) command(i *Instruction) Command {
	switch i.Name() {
	case "RUN":
		return f.run(i)
	case "COPY", "ADD":
		return f.copy(i)
	case "ENV":
		return &EnvVars{Vars: f.vars(i, true)}
	case "LABEL":
		return &Label{Labels: f.vars(i, true)}
	case "ARG":
		return &Arg{Vars: f.vars(i, false)}
	case "WORKDIR":
		return &Workdir{Path: f.only(i, true)}
	case "USER":
		return &User{User: f.only(i, true)}
	case "STOPSIGNAL":
		return &StopSignal{Signal: f.only(i, true)}
	case "MAINTAINER":
		return &Maintainer{Text: f.only(i, false)}
	case "EXPOSE":
		return f.expose(i)
	case "VOLUME":
		return f.volume(i)
	case "SHELL":
		return f.shell(i)
	case "CMD":
		f.checkFlags(i, flagSpec{})
		return &Cmd{Exec: f.exec(i, i.Words)}
	case "ENTRYPOINT":
		f.checkFlags(i, flagSpec{})
		return &Entrypoint{Exec: f.exec(i, i.Words)}
	case "HEALTHCHECK":
		return f.healthcheck(i)
	case "ONBUILD":
		return f.onbuild(i)
	}
	return &Unknown{}
}

// atLeastOne notes an instruction without arguments, and reports if it is one.
func (f *File) atLeastOne(i *Instruction, n int) bool {
	if n == 0 {
		f.errorf(BadArguments, i.KeywordSpan, usage(i.Name()), "%s needs an argument", i.Name())
	}
	return n > 0
}

// usage is a hint how an instruction is written.
func usage(name string) string {
	switch name {
	case "COPY", "ADD":
		return "write " + name + " source… destination"
	case "ENV", "LABEL":
		return "write " + name + " name=value"
	case "ARG":
		return "write ARG name or ARG name=default"
	case "SHELL":
		return `write SHELL ["/bin/bash", "-c"]`
	case "HEALTHCHECK":
		return "write HEALTHCHECK CMD command, or HEALTHCHECK NONE"
	case "ONBUILD":
		return "write an instruction after ONBUILD"
	case "EXPOSE":
		return "write EXPOSE 8000, or EXPOSE 53/udp"
	case "USER":
		return "write USER name, or USER uid:gid"
	case "WORKDIR", "VOLUME":
		return "write " + name + " /path"
	case "STOPSIGNAL":
		return "write STOPSIGNAL SIGTERM"
	default:
		return "give it one"
	}
}

// only reads an instruction whose argument is all the text.
func (f *File) only(i *Instruction, expand bool) Value {
	if i.Name() != "STOPSIGNAL" {
		f.checkFlags(i, flagSpec{})
	}
	if !f.atLeastOne(i, len(i.Words)) {
		return Value{}
	}
	v := plainValue(i.Words[0])
	if expand {
		v = f.expand(v, i.Before.Env)
	}
	return v
}

// vars reads the pairs of ENV, LABEL and ARG. All values of an ENV see the
// variables as they were before it.
func (f *File) vars(i *Instruction, expand bool) []Var {
	if expand {
		f.checkFlags(i, flagSpec{})
	}
	if i.Args.Len() == 0 {
		f.atLeastOne(i, 0)
	}
	var out []Var
	for _, p := range i.Pairs {
		if p.Name.Len() == 0 {
			f.errorf(BadPair, p.Span, usage(i.Name()), "the name before = is missing")
			continue
		}
		name, value := plainValue(p.Name), plainValue(p.Value)
		if expand {
			name, value = f.expand(name, i.Before.Env), f.expand(value, i.Before.Env)
		}
		out = append(out, Var{
			Name: name.Text, Value: value, HasValue: p.HasValue, NameSpan: p.Name.Span, Span: p.Span,
		})
	}
	return out
}

// expose reads an EXPOSE.
func (f *File) expose(i *Instruction) *Expose {
	f.checkFlags(i, flagSpec{})
	f.atLeastOne(i, len(i.Words))
	c := &Expose{}
	for _, w := range i.Words {
		for _, v := range f.expandWords(plainValue(w), i.Before.Env) {
			c.Ports = append(c.Ports, f.port(v))
		}
	}
	return c
}

// port reads port, port/proto or first-last/proto. As with docker run, an
// address and a host port may stand before it and are not used.
func (f *File) port(v Value) Port {
	text, proto, ok := strings.Cut(v.Text, "/")
	if !ok || proto == "" {
		proto = "tcp"
	}
	p := Port{Proto: strings.ToLower(proto), Value: v}
	text = text[strings.LastIndex(text, ":")+1:]
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	a, errA := strconv.ParseUint(first, 10, 16)
	b, errB := strconv.ParseUint(last, 10, 16)
	good := errA == nil && errB == nil && a <= b && (p.Proto == "tcp" || p.Proto == "udp" || p.Proto == "sctp")
	switch {
	case good:
		p.First, p.Last = int(a), int(b)
	case v.Known:
		f.errorf(BadArguments, v.Span, usage("EXPOSE"), "%q is no port", v.Text)
		if isNumber(first) || isNumber(last) {
			f.alias("DL3011", "DS-0008")
		}
	}
	return p
}

// isNumber reports whether text is only digits.
func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// volume reads a VOLUME.
func (f *File) volume(i *Instruction) *Volume {
	f.checkFlags(i, flagSpec{})
	f.atLeastOne(i, len(i.Words))
	c := &Volume{}
	for _, w := range i.Words {
		if strings.TrimSpace(w.Text()) == "" {
			f.errorf(BadArguments, w.Span, usage("VOLUME"), "the path of the volume is empty")
			continue
		}
		v := f.expand(plainValue(w), i.Before.Env)
		v.Text = strings.TrimSpace(v.Text)
		c.Paths = append(c.Paths, v)
	}
	return c
}

// shell reads a SHELL.
func (f *File) shell(i *Instruction) *Shell {
	f.checkFlags(i, flagSpec{})
	c := &Shell{}
	switch {
	case len(i.Words) == 0:
		f.atLeastOne(i, 0)
	case !i.JSON:
		f.errorf(BadArray, argsSpan(i.Instruction), usage("SHELL"), "SHELL needs a JSON array")
	default:
		c.Words = texts(i.Words)
	}
	return c
}

// texts are the texts of words.
func texts(words []syntax.Word) []string {
	out := make([]string, len(words))
	for k, w := range words {
		out[k] = w.Text()
	}
	return out
}

// healthcheck reads a HEALTHCHECK.
func (f *File) healthcheck(i *Instruction) *Healthcheck {
	c := &Healthcheck{}
	if !f.atLeastOne(i, len(i.Words)) {
		return c
	}
	kind := i.Words[0]
	switch strings.ToUpper(kind.Text()) {
	case "NONE":
		c.None = true
		if len(i.Words) > 1 {
			f.errorf(BadArguments, i.Words[1].Span, "remove it", "HEALTHCHECK NONE takes no arguments")
		}
		return c
	case "CMD":
	default:
		f.errorf(BadArguments, kind.Span, usage("HEALTHCHECK"), "HEALTHCHECK has no type %s", kind.Text())
		return c
	}
	f.checkFlags(i, flagSpec{strings: []string{"interval", "timeout", "start-period", "start-interval", "retries"}})
	if len(i.Words) == 1 {
		f.errorf(BadArguments, kind.Span, usage("HEALTHCHECK"), "the command after CMD is missing")
	}
	c.Exec = f.exec(i, i.Words[1:])
	c.Interval = f.duration(i, "interval")
	c.Timeout = f.duration(i, "timeout")
	c.StartPeriod = f.duration(i, "start-period")
	c.StartInterval = f.duration(i, "start-interval")
	if flag := i.Flag("retries"); flag != nil && flag.Value.Len() > 0 {
		n, err := strconv.ParseInt(flag.Value.Text(), 10, 32)
		if err != nil || n < 0 {
			f.errorf(BadFlag, flag.Span, "give a number like --retries=3", "%q is no number of retries", flag.Value.Text())
		}
		c.Retries = int(max(n, 0))
	}
	return c
}

// duration reads a flag of HEALTHCHECK that is a time, 0 without it.
func (f *File) duration(i *Instruction, name string) time.Duration {
	flag := i.Flag(name)
	if flag == nil || flag.Value.Len() == 0 {
		return 0
	}
	d, err := time.ParseDuration(flag.Value.Text())
	if err != nil || d != 0 && d < time.Millisecond {
		f.errorf(BadFlag, flag.Span, "give a time like --"+name+"=30s", "%q is no time of a millisecond or more", flag.Value.Text())
		return 0
	}
	return d
}

// onbuild reads an ONBUILD with the instruction it holds.
func (f *File) onbuild(i *Instruction) *Onbuild {
	f.checkFlags(i, flagSpec{})
	c := &Onbuild{}
	if i.Nested == nil {
		f.atLeastOne(i, 0)
		return c
	}
	switch name := i.Nested.Name(); name {
	case "ONBUILD", "FROM", "MAINTAINER":
		f.errorf(BadOnbuild, i.Nested.KeywordSpan, "put it into the Dockerfile that builds on this image",
			"%s can't be in an ONBUILD", name)
		f.alias("DL3043")
		return c
	}
	c.Trigger = &Instruction{Instruction: i.Nested, Stage: i.Stage, Before: i.Before}
	c.Trigger.Command = f.command(c.Trigger)
	return c
}
