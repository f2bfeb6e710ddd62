package dockerfile

import (
	"time"

	"schlank/dockerfile/shellcmd"
	"schlank/dockerfile/syntax"
	"schlank/source"
)

// Command is what an instruction does: a pointer to one of the types below.
type Command interface{ command() }

func (*From) command()        {}
func (*Run) command()         {}
func (*Copy) command()        {}
func (*EnvVars) command()     {}
func (*Label) command()       {}
func (*Arg) command()         {}
func (*Workdir) command()     {}
func (*User) command()        {}
func (*Expose) command()      {}
func (*Volume) command()      {}
func (*StopSignal) command()  {}
func (*Shell) command()       {}
func (*Cmd) command()         {}
func (*Entrypoint) command()  {}
func (*Healthcheck) command() {}
func (*Onbuild) command()     {}
func (*Maintainer) command()  {}
func (*Unknown) command()     {}

// From is a FROM. The stage says the same.
type From struct {
	Base     Value
	Name     string
	Platform Value
}

// Exec is a command line in one of its two forms.
type Exec struct {
	// JSON is set for the exec form, ["a", "b"], in which no shell takes part.
	JSON bool
	// Args are the words of the exec form; for the shell form the shell and
	// its text, as in ["/bin/sh", "-c", "a b"].
	Args []string
	// Text is what the shell gets in shell form.
	Text source.Mapped
	// Script is the commands in it, in either form.
	Script *shellcmd.Script
}

// Run is a RUN.
type Run struct {
	Exec
	Mounts []Mount
	// Network and Security are the values of the flags, "" without them.
	Network, Security string
	// Heredoc is set when the script is the body of a heredoc; Interpreter is
	// the program its #! line names, "" without one.
	Heredoc     bool
	Interpreter string
}

// Mount is a --mount of a RUN.
type Mount struct {
	// Span is the whole flag, Flag its index in the instruction's flags.
	Span source.Span
	Flag int
	// Type is bind, cache, tmpfs, secret or ssh.
	Type string
	// From is the stage or image the files come from; FromStage is nil when
	// it is an image.
	From      Value
	FromStage *Stage
	// Source, Target and ID are empty when they are not given.
	Source, Target, ID Value
	Sharing            string
	ReadOnly, Required bool
	// Options are all fields as they are written.
	Options []MountOption
}

// MountOption is one field of a mount: key, or key=value.
type MountOption struct {
	Key      string // in lower case
	Value    Value
	HasValue bool
	Span     source.Span
}

// Copy is a COPY or an ADD.
type Copy struct {
	Add bool
	// From is the value of --from; FromStage is nil when it is an image, or
	// when there is none.
	From      Value
	FromStage *Stage
	// Sources are paths in the context, the stage or the image, and for ADD
	// also addresses; Inline are the files that stand in heredocs.
	Sources []Value
	Inline  []syntax.Heredoc
	Dest    Value
	Chown   Value
	Chmod   Value
	// Checksum is of ADD only.
	Checksum Value
	Excludes []Value
	// Link, Parents, KeepGitDir and Unpack are the flags of these names.
	Link, Parents, KeepGitDir, Unpack bool
}

// Var is a variable or a label.
type Var struct {
	Name  string
	Value Value
	// HasValue is not set for an ARG without default.
	HasValue bool
	// NameSpan is the place of the name, Span of name and value.
	NameSpan, Span source.Span
}

// EnvVars is an ENV.
type EnvVars struct{ Vars []Var }

// Label is a LABEL.
type Label struct{ Labels []Var }

// Arg is an ARG. Values are not expanded: that depends on what is given.
type Arg struct{ Vars []Var }

// Workdir is a WORKDIR.
type Workdir struct{ Path Value }

// User is a USER.
type User struct{ User Value }

// Expose is an EXPOSE.
type Expose struct{ Ports []Port }

// Port is a port, or a range of ports, of an EXPOSE.
type Port struct {
	// First and Last are the same for a single port, and 0 when the value is
	// not known or is no port.
	First, Last int
	Proto       string // tcp, udp or sctp
	Value       Value
}

// Volume is a VOLUME.
type Volume struct{ Paths []Value }

// StopSignal is a STOPSIGNAL.
type StopSignal struct{ Signal Value }

// Shell is a SHELL.
type Shell struct{ Words []string }

// Cmd is a CMD.
type Cmd struct{ Exec }

// Entrypoint is an ENTRYPOINT.
type Entrypoint struct{ Exec }

// Healthcheck is a HEALTHCHECK.
type Healthcheck struct {
	// None is set for HEALTHCHECK NONE, which turns an inherited one off.
	None bool
	Exec
	// The times and Retries are 0 where the default holds.
	Interval, Timeout, StartPeriod, StartInterval time.Duration
	Retries                                       int
}

// Onbuild is an ONBUILD.
type Onbuild struct {
	// Trigger is the instruction it holds, nil when it holds none. Its state
	// is that of the stage of the ONBUILD, not that in which it will run.
	Trigger *Instruction
}

// Maintainer is a MAINTAINER.
type Maintainer struct{ Text Value }

// Unknown is an instruction that there is not.
type Unknown struct{}
